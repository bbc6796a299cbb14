// What jax-js has no function for. A value that is used twice is handed on by `ref` but for its last use.
import { nn, np } from "./load.mjs"

/** Layer normalisation of the last axis, without bias. */
export const layerNorm = (x, scale) => {
  const mean = np.mean(x.ref, -1, { keepdims: true })
  const centred = x.sub(mean)
  const variance = np.mean(centred.ref.mul(centred.ref), -1, { keepdims: true })
  return centred.mul(np.reciprocal(np.sqrt(variance.add(1e-5)))).mul(scale)
}

/** The mean cross entropy with classes that are given as one-hot rows, of which there are so many. */
export const crossEntropy = (logits, oneHot, rows) =>
  nn
    .logSoftmax(logits)
    .mul(oneHot)
    .sum()
    .mul(-1 / rows)
