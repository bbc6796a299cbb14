// W3, W4 and W6.
import { floats, integers, scaleByFan, size } from "../data.mjs"
import { tf } from "./load.mjs"
import { crossEntropy, oneHot, training } from "./ops.mjs"

const optimisers = { sgd: () => tf.train.sgd(0.05), adam: () => tf.train.adam(1e-3) }

const weight = (shape, fan, seed) => tf.tensor(floats(size(shape), seed, scaleByFan(fan)), shape)

const mlp = (widths, activation, lossOf, features, targets, optimiser) => {
  const layers = widths.slice(1).map((to, at) => ({
    weight: tf.variable(weight([widths[at], to], widths[at], 10 + at)),
    bias: tf.variable(tf.zeros([to]))
  }))
  const loss = () => {
    const output = layers.reduce((x, layer, at) => {
      const mapped = tf.matMul(x, layer.weight).add(layer.bias)
      return at < layers.length - 1 ? activation(mapped) : mapped
    }, features)
    return lossOf(output, targets)
  }
  const variables = layers.flatMap((layer) => [layer.weight, layer.bias])
  return training(loss, variables, optimisers[optimiser]())
}

/** W3: a classifier of images. */
export const imageMlp = (optimiser) => () =>
  mlp(
    [784, 512, 256, 10],
    tf.relu,
    crossEntropy,
    tf.tensor2d(floats(128 * 784, 7), [128, 784]),
    oneHot(integers(128, 8, 10), 10),
    optimiser
  )

/** W4: the product of two numbers. */
export const tinyMlp = (optimiser) => () => {
  const factors = floats(64, 9)
  const products = Float32Array.from({ length: 32 }, (_, row) => factors[2 * row] * factors[2 * row + 1])
  return mlp(
    [2, 16, 16, 1],
    tf.tanh,
    (output, targets) => output.sub(targets).square().mean(),
    tf.tensor2d(factors, [32, 2]),
    tf.tensor2d(products, [32, 1]),
    optimiser
  )
}

/** W6: LeNet. Here channels come last, so that weights are drawn as the others have them and then rearranged. */
export const lenet = () => {
  const kernel = (shape, fan, seed) => tf.variable(tf.transpose(weight(shape, fan, seed), [2, 3, 1, 0]))
  const flat = tf.transpose(tf.reshape(weight([400, 120], 400, 3), [16, 5, 5, 120]), [1, 2, 0, 3]).reshape([400, 120])
  const weights = [
    kernel([6, 1, 5, 5], 25, 1),
    kernel([16, 6, 5, 5], 150, 2),
    tf.variable(flat),
    tf.variable(weight([120, 84], 120, 4)),
    tf.variable(weight([84, 10], 84, 5))
  ]
  const biases = [6, 16, 120, 84, 10].map((count) => tf.variable(tf.zeros([count])))
  const images = tf.tensor4d(floats(64 * 784, 6), [64, 28, 28, 1])
  const targets = oneHot(integers(64, 7, 10), 10)
  const convolved = (x, at, padding) =>
    tf.maxPool(tf.relu(tf.conv2d(x, weights[at], 1, padding).add(biases[at])), 2, 2, "valid")
  const mapped = (x, at) => tf.matMul(x, weights[at]).add(biases[at])
  const loss = () => {
    const features = convolved(convolved(images, 0, "same"), 1, "valid").reshape([64, 400])
    return crossEntropy(mapped(tf.relu(mapped(tf.relu(mapped(features, 2)), 3)), 4), targets)
  }
  return training(loss, [...weights, ...biases], optimisers.sgd())
}
