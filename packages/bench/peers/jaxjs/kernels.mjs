// W1, by itself, and W2, compiled: forward, and forward and backward.
import { floats } from "../data.mjs"
import { array } from "./arrays.mjs"
import { blockUntilReady, jit, nn, np, vjp } from "./load.mjs"
import { layerNorm } from "./ops.mjs"

/** The product of two square matrices. */
export const matmul = (size) => () => {
  const a = array(floats(size * size, 1), [size, size])
  const b = array(floats(size * size, 2), [size, size])
  return {
    call: async () => {
      const product = np.matmul(a.ref, b.ref)
      await product.blockUntilReady()
      product.dispose()
    }
  }
}

const passes = (name, f, operands) => ({
  [`W2-${name}-forward`]: () => {
    const compiled = jit(f)
    const given = operands()
    return {
      call: async () => {
        const result = compiled(...given.map((operand) => operand.ref))
        await result.blockUntilReady()
        result.dispose()
      }
    }
  },
  [`W2-${name}-backward`]: () => {
    const compiled = jit((residual, ...operands) => {
      const [value, pull] = vjp(f, operands)
      const residuals = pull(residual)
      pull.dispose?.()
      return [value, ...residuals]
    })
    const given = operands()
    const [{ shape }] = given
    const residual = array(floats(given[0].size, 6, 0.5), shape)
    return {
      call: async () => {
        const results = compiled(residual.ref, ...given.map((operand) => operand.ref))
        await blockUntilReady(results)
        for (const result of results) result.dispose()
      }
    }
  }
})

/** The elementwise and row-wise cases by name. */
export const rowwise = {
  ...passes(
    "gelu",
    (x) => nn.gelu(x.mul(1.5).add(0.25)),
    () => [array(floats(2 ** 20, 3, 3), [2 ** 20])]
  ),
  ...passes(
    "softmax",
    (x) => nn.softmax(x, -1),
    () => [array(floats(1024 * 1024, 4, 3), [1024, 1024])]
  ),
  ...passes(
    "layernorm",
    (x, scale, bias) => layerNorm(x, scale).add(bias),
    () => [array(floats(1024 * 768, 5, 3), [1024, 768]), np.ones([768]), np.zeros([768])]
  )
}
