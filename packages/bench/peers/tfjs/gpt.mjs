// W5 and W7. There is no AdamW here: Adam does less.
import { floats, gptScale, gptSizes, integers } from "../data.mjs"
import { looksUpByProducts, tf } from "./load.mjs"
import { crossEntropy, gelu, layerNorm, oneHot, training } from "./ops.mjs"

const parametersOf = ({ layers, width, context, vocabulary }) => {
  const matrix = (from, to, seed) => tf.variable(tf.tensor2d(floats(from * to, seed, gptScale), [from, to]))
  const ones = () => tf.variable(tf.ones([width]))
  return {
    tokens: matrix(vocabulary, width, 1),
    positions: matrix(context, width, 2),
    norm: ones(),
    blocks: Array.from({ length: layers }, (_, layer) => ({
      attentionNorm: ones(),
      projection: matrix(width, 3 * width, 100 + 9 * layer),
      output: matrix(width, width, 101 + 9 * layer),
      feedForwardNorm: ones(),
      expand: matrix(width, 4 * width, 102 + 9 * layer),
      contract: matrix(4 * width, width, 103 + 9 * layer)
    }))
  }
}

const feedForward = (x, block) =>
  tf.matMul(gelu(tf.matMul(layerNorm(x, block.feedForwardNorm), block.expand)), block.contract)

/** A training step. Rows are `batch · context` long, since a product of three axes by two is no op here. */
export const train = (name) => () => {
  const { heads, width, context, batch, vocabulary, ...rest } = gptSizes[name]
  const { tokens, positions, norm, blocks } = parametersOf({ width, context, vocabulary, ...rest })
  const [rows, headWidth] = [batch * context, width / heads]
  const given = integers(rows, 20, vocabulary)
  const [indices, rowsOfTokens] = [tf.tensor1d(given, "int32"), oneHot(given, vocabulary)]
  const targets = oneHot(integers(rows, 21, vocabulary), vocabulary)
  const isLater = (_, at) => (at % context > Math.floor(at / context) ? -1e9 : 0)
  const mask = tf.tensor2d(Float32Array.from({ length: context ** 2 }, isLater), [context, context])
  const embedded = () => (looksUpByProducts ? tf.matMul(rowsOfTokens, tokens) : tf.gather(tokens, indices))
  const attention = (x, block) => {
    const all = tf.matMul(layerNorm(x, block.attentionNorm), block.projection)
    const [query, key, value] = tf
      .split(all, 3, 1)
      .map((part) => part.reshape([batch, context, heads, headWidth]).transpose([0, 2, 1, 3]))
    const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(headWidth))
    const read = tf.matMul(tf.softmax(scores.add(mask)), value)
    return tf.matMul(read.transpose([0, 2, 1, 3]).reshape([rows, width]), block.output)
  }
  const loss = () => {
    let x = embedded().reshape([batch, context, width]).add(positions).reshape([rows, width])
    for (const block of blocks) {
      x = x.add(attention(x, block))
      x = x.add(feedForward(x, block))
    }
    return crossEntropy(tf.matMul(layerNorm(x, norm), tokens, false, true), targets)
  }
  const variables = [tokens, positions, norm, ...blocks.flatMap((block) => Object.values(block))]
  return training(loss, variables, tf.train.adam(1e-3, 0.9, 0.99))
}

/** Greedy decoding with the keys and values of earlier tokens, which grow by one row a token. */
export const decode = () => {
  const { layers, heads, width, context } = gptSizes.small
  const { tokens, positions, norm, blocks } = parametersOf(gptSizes.small)
  const headWidth = width / heads
  const next = (token, position, caches) =>
    tf.tidy(() => {
      let x = tokens.slice([token, 0], [1, width]).add(positions.slice([position, 0], [1, width]))
      const kept = blocks.map((block, layer) => {
        const all = tf.matMul(layerNorm(x, block.attentionNorm), block.projection)
        const [query, key, value] = tf.split(all, 3, 1).map((part) => part.reshape([heads, 1, headWidth]))
        const [keys, values] = [key, value].map((part, at) => {
          const earlier = caches[layer]?.[at]
          return tf.keep(earlier === undefined ? part.clone() : tf.concat([earlier, part], 1))
        })
        const weights = tf.softmax(tf.matMul(query, keys, false, true).mul(1 / Math.sqrt(headWidth)))
        x = x.add(tf.matMul(tf.matMul(weights, values).reshape([1, width]), block.output))
        x = x.add(feedForward(x, block))
        return [keys, values]
      })
      const logits = tf.matMul(layerNorm(x, norm), tokens, false, true)
      return { token: tf.argMax(logits, 1).dataSync()[0], kept }
    })
  let chosen = []
  return {
    call: () => {
      chosen = []
      let [token, caches] = [1, Array.from({ length: layers }, () => [])]
      for (let position = 0; position < context; position++) {
        const { token: following, kept } = next(token, position, caches)
        for (const held of caches.flat()) held.dispose()
        caches = kept
        token = following
        chosen.push(token)
      }
      for (const held of caches.flat()) held.dispose()
    },
    tokens: () => chosen
  }
}
