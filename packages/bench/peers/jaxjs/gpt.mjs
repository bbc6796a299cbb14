// W5.
import { floats, gptScale, gptSizes, integers } from "../data.mjs"
import { array, integerArray, oneHot } from "./arrays.mjs"
import { nn, np } from "./load.mjs"
import { crossEntropy, layerNorm } from "./ops.mjs"
import { training } from "./training.mjs"

/** Parameters of a block, behind the two tables and the last normalisation's scale. */
const blockParameters = 6

/** A training step. */
export const train = (name) => () => {
  const { layers, heads, width, context, batch, vocabulary } = gptSizes[name]
  const [rows, headWidth] = [batch * context, width / heads]
  const matrix = (from, to, seed) => array(floats(from * to, seed, gptScale), [from, to])
  const parameters = [matrix(vocabulary, width, 1), matrix(context, width, 2), np.ones([width])]
  for (let layer = 0; layer < layers; layer++) {
    const seed = 100 + 9 * layer
    parameters.push(np.ones([width]), matrix(width, 3 * width, seed), matrix(width, width, seed + 1))
    parameters.push(np.ones([width]), matrix(width, 4 * width, seed + 2), matrix(4 * width, width, seed + 3))
  }
  const decays = parameters.map(({ shape }) => shape.length === 2)
  const loss = ([tokens, positions, norm, ...blocks], indices, targets) => {
    let x = tokens.ref.slice(indices).add(positions)
    for (let at = 0; at < blocks.length; at += blockParameters) {
      const [attentionNorm, projection, output, feedForwardNorm, expand, contract] = blocks.slice(
        at,
        at + blockParameters
      )
      const all = np.matmul(layerNorm(x.ref, attentionNorm), projection).reshape([batch, context, 3, heads, headWidth])
      const [query, key] = [all.ref.slice([], [], 0), all.ref.slice([], [], 1)]
      const value = all.slice([], [], 2)
      const read = nn.dotProductAttention(query, key, value, { isCausal: true }).reshape([batch, context, width])
      x = x.add(np.matmul(read, output))
      x = x.ref.add(np.matmul(nn.gelu(np.matmul(layerNorm(x, feedForwardNorm), expand)), contract))
    }
    const logits = np.matmul(layerNorm(x, norm), np.transpose(tokens)).reshape([rows, vocabulary])
    return crossEntropy(logits, targets, rows)
  }
  const indices = integerArray(integers(rows, 20, vocabulary), [batch, context])
  const targets = oneHot(integers(rows, 21, vocabulary), vocabulary)
  return training(loss, parameters, indices, targets, "adamW", 1e-3, decays)
}
