import { Shape } from "@residual/core"

/**
 * Where each element of a shape lies, in row-major order, when a step along each axis moves by that axis's stride.
 *
 * ```ts
 * import { offsets } from "@residual/backends/reference"
 * offsets([2, 3], [1, 2]) // => Int32Array.of(0, 2, 4, 1, 3, 5)
 * ```
 */
export const offsets = (shape: Shape.Shape, strides: ReadonlyArray<number>, base = 0): Int32Array => {
  const table = new Int32Array(Shape.size(shape))
  if (table.length === 0) return table
  table[0] = base
  let filled = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    const stride = strides[axis] as number
    for (let at = 1; at < length; at++) {
      const to = at * filled
      for (let i = 0; i < filled; i++) table[to + i] = (table[i] as number) + at * stride
    }
    filled *= length
  }
  return table
}
