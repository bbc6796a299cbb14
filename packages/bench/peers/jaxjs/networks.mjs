// W3, W4 and W6.
import { floats, integers, scaleByFan, size } from "../data.mjs"
import { array, oneHot } from "./arrays.mjs"
import { lax, nn, np } from "./load.mjs"
import { crossEntropy } from "./ops.mjs"
import { training } from "./training.mjs"

const rates = { sgd: 0.05, adam: 1e-3 }

const weight = (shape, fan, seed) => array(floats(size(shape), seed, scaleByFan(fan)), shape)

const mlp = (widths, activation, lossOf, features, targets, optimiser) => {
  const parameters = widths
    .slice(1)
    .flatMap((to, at) => [weight([widths[at], to], widths[at], 10 + at), np.zeros([to])])
  const layers = parameters.length / 2
  const loss = (parameters, features, targets) => {
    let x = features
    for (let layer = 0; layer < layers; layer++) {
      x = np.dot(x, parameters[2 * layer]).add(parameters[2 * layer + 1])
      if (layer < layers - 1) x = activation(x)
    }
    return lossOf(x, targets)
  }
  return training(loss, parameters, features, targets, optimiser, rates[optimiser])
}

/** W3: a classifier of images. */
export const imageMlp = (optimiser) => () =>
  mlp(
    [784, 512, 256, 10],
    nn.relu,
    (logits, targets) => crossEntropy(logits, targets, 128),
    array(floats(128 * 784, 7), [128, 784]),
    oneHot(integers(128, 8, 10), 10),
    optimiser
  )

/** W4: the product of two numbers. */
export const tinyMlp = (optimiser) => () => {
  const factors = floats(64, 9)
  const products = Float32Array.from({ length: 32 }, (_, row) => factors[2 * row] * factors[2 * row + 1])
  return mlp(
    [2, 16, 16, 1],
    np.tanh,
    (output, targets) => np.mean(np.square(output.sub(targets))),
    array(factors, [32, 2]),
    array(products, [32, 1]),
    optimiser
  )
}

/** W6: LeNet. */
export const lenet = () => {
  const parameters = [
    weight([6, 1, 5, 5], 25, 1),
    np.zeros([6, 1, 1]),
    weight([16, 6, 5, 5], 150, 2),
    np.zeros([16, 1, 1]),
    weight([400, 120], 400, 3),
    np.zeros([120]),
    weight([120, 84], 120, 4),
    np.zeros([84]),
    weight([84, 10], 84, 5),
    np.zeros([10])
  ]
  const pool = (x) => lax.reduceWindow(nn.relu(x), np.max, [2, 2], [2, 2])
  const padded = [
    [2, 2],
    [2, 2]
  ]
  const loss = ([edges, edgeBias, shapes, shapeBias, ...linear], images, targets) => {
    const halved = pool(lax.convGeneralDilated(images, edges, [1, 1], padded).add(edgeBias))
    const quartered = pool(lax.convGeneralDilated(halved, shapes, [1, 1], "VALID").add(shapeBias))
    let x = quartered.reshape([64, 400])
    for (let at = 0; at < linear.length; at += 2) {
      x = np.dot(x, linear[at]).add(linear[at + 1])
      if (at < linear.length - 2) x = nn.relu(x)
    }
    return crossEntropy(x, targets, 64)
  }
  const images = array(floats(64 * 784, 6), [64, 1, 28, 28])
  return training(loss, parameters, images, oneHot(integers(64, 7, 10), 10), "sgd", rates.sgd)
}
