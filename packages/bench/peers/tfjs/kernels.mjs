// W1 and W2. A result is disposed of, not kept.
import { floats } from "../data.mjs"
import { compute, tf } from "./load.mjs"
import { gelu, layerNorm } from "./ops.mjs"

/** The product of two square matrices. */
export const matmul = (size) => () => {
  const a = tf.tensor2d(floats(size * size, 1), [size, size])
  const b = tf.tensor2d(floats(size * size, 2), [size, size])
  return {
    call: () => {
      const product = tf.matMul(a, b)
      compute(product)
      product.dispose()
    }
  }
}

const passes = (name, f, operands) => ({
  [`W2-${name}-forward`]: () => {
    const given = operands()
    return {
      call: () => {
        tf.tidy(() => {
          f(...given)
        })
      }
    }
  },
  [`W2-${name}-backward`]: () => {
    const given = operands()
    const [{ shape, size }] = given
    const residual = tf.tensor(floats(size, 6, 0.5), shape)
    const valueAndResiduals = tf.valueAndGrads(f)
    return {
      call: () => {
        tf.tidy(() => {
          valueAndResiduals(given, residual)
        })
      }
    }
  }
})

/** The elementwise and row-wise cases by name. */
export const rowwise = {
  ...passes(
    "gelu",
    (x) => gelu(x.mul(1.5).add(0.25)),
    () => [tf.tensor1d(floats(2 ** 20, 3, 3))]
  ),
  ...passes(
    "softmax",
    (x) => tf.softmax(x),
    () => [tf.tensor2d(floats(1024 * 1024, 4, 3), [1024, 1024])]
  ),
  ...passes("layernorm", layerNorm, () => [
    tf.tensor2d(floats(1024 * 768, 5, 3), [1024, 768]),
    tf.ones([768]),
    tf.zeros([768])
  ])
}
