// What TensorFlow.js has no op for.
import { tf } from "./load.mjs"

/** Gelu in its tanh form. */
export const gelu = (x) => {
  const inner = x.mul(x.mul(x).mul(0.044715).add(1)).mul(Math.sqrt(2 / Math.PI))
  return x.mul(0.5).mul(inner.tanh().add(1))
}

/** Layer normalisation of the last axis; a bias is optional. */
export const layerNorm = (x, scale, bias) => {
  const centred = x.sub(x.mean(-1, true))
  const variance = centred.mul(centred).mean(-1, true)
  const scaled = centred.mul(variance.add(1e-5).rsqrt()).mul(scale)
  return bias === undefined ? scaled : scaled.add(bias)
}

/** The mean cross entropy with classes that are given as one-hot rows. */
export const crossEntropy = (logits, oneHot) => tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(logits)), -1)))

/** Integers as one-hot rows. */
export const oneHot = (integers, count) => tf.oneHot(tf.tensor1d(integers, "int32"), count).toFloat()

/** Training steps of a loss of no arguments. */
export const training = (lossOf, variables, optimiser) => {
  let last
  return {
    call: () => {
      const loss = optimiser.minimize(lossOf, true, variables)
      last?.dispose()
      last = loss
    },
    loss: async () => (await last.data())[0]
  }
}
