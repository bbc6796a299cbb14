/**
 * Sizes of a tensor along its axes, outermost first; `[]` is a scalar.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * Shape.size([2, 3, 4]) // => 24
 * ```
 */
export type Shape = ReadonlyArray<number>

/**
 * The number of elements of a shape; a scalar has one.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * Shape.size([]) // => 1
 * ```
 */
export const size = (shape: Shape): number => shape.reduce((product, length) => product * length, 1)

/**
 * Whether two shapes have the same axes.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * Shape.equals([2, 3], [2, 3]) // => true
 * ```
 */
export const equals = (self: Shape, that: Shape): boolean =>
  self.length === that.length && self.every((length, axis) => length === that[axis])

/**
 * Row-major strides of a shape, in elements.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * Shape.strides([2, 3, 4]) // => [12, 4, 1]
 * ```
 */
export const strides = (shape: Shape): Array<number> => {
  const out = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = stride
    stride *= shape[axis] as number
  }
  return out
}

/**
 * The shape that two shapes broadcast to by NumPy's rule (aligned at the last axis, 1 stretches), or `undefined`
 * where they do not.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * Shape.broadcast([2, 1, 4], [3, 1]) // => [2, 3, 4]
 * Shape.broadcast([2], [3]) // => undefined
 * ```
 */
export const broadcast = (self: Shape, that: Shape): Array<number> | undefined => {
  const rank = Math.max(self.length, that.length)
  const out = new Array<number>(rank)
  for (let axis = 0; axis < rank; axis++) {
    const a = self[self.length - rank + axis] ?? 1
    const b = that[that.length - rank + axis] ?? 1
    if (a !== b && a !== 1 && b !== 1) return undefined
    out[axis] = a === 1 ? b : a
  }
  return out
}

/**
 * Whether every length is a non-negative integer.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * Shape.isValid([2, -1]) // => false
 * ```
 */
export const isValid = (shape: Shape): boolean => shape.every((length) => Number.isSafeInteger(length) && length >= 0)
