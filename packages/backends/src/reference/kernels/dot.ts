import { type Arithmetic, DType, type MutableStorage, Shape } from "@residual/core"
import { type Kernel, operand, resultType } from "../kernel.ts"
import { allocate, floatsOf, plainOf } from "../value.ts"

interface Sizes {
  readonly batches: number
  readonly m: number
  readonly k: number
  readonly n: number
}

/** Each product is a sum that starts at 0 and adds in the order of k, whichever loop computes it. */
export const dot: Kernel<"dot"> = (call) => {
  const [a, b] = [operand(call, 0), operand(call, 1)]
  const type = resultType(call)
  const out = allocate(call.arithmetic, type)
  const [m, k] = a.type.shape.slice(-2) as [number, number]
  const sizes: Sizes = { batches: Shape.size(a.type.shape.slice(0, -2)), m, k, n: type.shape.at(-1) as number }
  if (!DType.isFloat(type.dtype)) {
    products(
      { add: (x: number, y: number) => x + y, mul: Math.imul },
      sizes,
      plainOf(a.data),
      plainOf(b.data),
      plainOf(out)
    )
  } else if (out instanceof Float64Array && a.data instanceof Float64Array && b.data instanceof Float64Array) {
    numberProducts(sizes, a.data, b.data, out)
  } else products(call.arithmetic, sizes, floatsOf(a.data), floatsOf(b.data), floatsOf(out))
  return [out]
}

const products = <X>(
  { add, mul }: Pick<Arithmetic<X>, "add" | "mul">,
  { batches, m, k, n }: Sizes,
  a: MutableStorage<X>,
  b: MutableStorage<X>,
  out: MutableStorage<X>
): void => {
  for (let row = 0; row < batches * m; row++) {
    const batch = Math.floor(row / m)
    for (let at = 0; at < k; at++) {
      const left = a[row * k + at] as X
      const right = (batch * k + at) * n
      for (let column = 0; column < n; column++) {
        out[row * n + column] = add(out[row * n + column] as X, mul(left, b[right + column] as X))
      }
    }
  }
}

/** The same sums for numbers, four steps of k at a time, which leaves their order as it is. */
const numberProducts = ({ batches, m, k, n }: Sizes, a: Float64Array, b: Float64Array, out: Float64Array): void => {
  for (let row = 0; row < batches * m; row++) {
    const to = row * n
    const from = row * k
    let right = Math.floor(row / m) * k * n
    let at = 0
    for (; at + 4 <= k; at += 4, right += 4 * n) {
      const a0 = a[from + at] as number
      const a1 = a[from + at + 1] as number
      const a2 = a[from + at + 2] as number
      const a3 = a[from + at + 3] as number
      for (let column = 0; column < n; column++) {
        const b0 = right + column
        out[to + column] =
          (out[to + column] as number) +
          a0 * (b[b0] as number) +
          a1 * (b[b0 + n] as number) +
          a2 * (b[b0 + 2 * n] as number) +
          a3 * (b[b0 + 3 * n] as number)
      }
    }
    for (; at < k; at++, right += n) {
      const left = a[from + at] as number
      for (let column = 0; column < n; column++)
        out[to + column] = (out[to + column] as number) + left * (b[right + column] as number)
    }
  }
}
