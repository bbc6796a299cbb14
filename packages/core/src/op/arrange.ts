import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import * as TensorType from "../tensorType.ts"
import { axisOf } from "./axes.ts"
import { fill } from "./leaf.ts"
import { concat, slice } from "./movement.ts"
import { broadcastTo, expandDims, reshape } from "./stretch.ts"

interface AxisAttrs {
  readonly axis: number
}

const stackOp = composite<AxisAttrs>("stack", {
  body: (values, { axis }) =>
    concat(
      values.map((value) => expandDims(value, axis)),
      { axis }
    ),
  rule: "each operand's part of r"
})

/**
 * Values side by side along a new axis, which stands at `axis` of the result (0 by default). Shape: n of `[...]` ->
 * `[..., n, ...]`. Throws a `ShapeError` where their types differ, and for no values.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.stack([input("a", [2, 3]), input("b", [2, 3])], { axis: -1 }).type.shape // => [2, 3, 2]
 * ```
 */
export const stack = (values: ReadonlyArray<AnyExpr>, options: { readonly axis?: number } = {}): AnyExpr => {
  const types = values.map(({ type }) => type)
  const [first] = types
  if (first === undefined) throw new ShapeError("stack", [], "at least one value")
  if (!types.every((type) => TensorType.equals(type, first))) throw new ShapeError("stack", types, "values of one type")
  const axis = axisOf("stack", { dtype: first.dtype, shape: [...first.shape, values.length] }, options.axis ?? 0)
  return stackOp(values, { axis })
}

interface SplitAttrs extends AxisAttrs {
  readonly sizes: ReadonlyArray<number>
}

const splitOp = composite<SplitAttrs>("split", {
  body: ([x], { axis, sizes }) => {
    const { shape } = (x as AnyExpr).type
    const at = (bound: number, otherwise: ReadonlyArray<number>): ReadonlyArray<number> =>
      otherwise.map((other, index) => (index === axis ? bound : other))
    const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((sum, size) => sum + size, 0))
    const zeros = shape.map(() => 0)
    return sizes.map((size, part) => {
      const start = starts[part] as number
      return slice(x as AnyExpr, { starts: at(start, zeros), stops: at(start + size, shape) })
    })
  },
  // One concatenation, where the pullback of the slices would add up as many tensors of the whole size.
  backward: (residuals, { outputs, attrs: { axis } }) => [
    concat(
      outputs.map(({ type }, part) => residuals[part] ?? fill(0, type)),
      { axis }
    )
  ],
  rule: "the residuals of the parts, concatenated"
})

/**
 * The parts of a value along an axis (0 by default): of the given sizes, or so many of equal size. Shape: `[..., n,
 * ...]` -> `[..., sizeᵢ, ...]` each. Throws a `ShapeError` for sizes that do not add up to the axis, and for a number
 * of parts that does not divide it.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.split(input("x", [2, 6]), 3, { axis: 1 }).map((part) => part.type.shape) // => [[2, 2], [2, 2], [2, 2]]
 * op.split(input("x", [5]), [1, 4]).map((part) => part.type.shape) // => [[1], [4]]
 * ```
 */
export const split = (
  x: AnyExpr,
  parts: number | ReadonlyArray<number>,
  options: { readonly axis?: number } = {}
): ReadonlyArray<AnyExpr> => {
  const axis = axisOf("split", x.type, options.axis ?? 0)
  const length = x.type.shape[axis] as number
  if (typeof parts === "number") {
    if (!Number.isInteger(parts) || parts < 1 || length % parts !== 0) {
      throw new ShapeError("split", [x.type], `a number of parts that divides axis ${axis}, not ${parts}`)
    }
    return splitOp.all([x], { axis, sizes: new Array<number>(parts).fill(length / parts) })
  }
  const legal = parts.length > 0 && parts.every((size) => Number.isInteger(size) && size >= 0)
  if (!legal || parts.reduce((sum, size) => sum + size, 0) !== length) {
    throw new ShapeError(
      "split",
      [x.type],
      `sizes that add up to the ${length} of axis ${axis}, not [${parts.join(",")}]`
    )
  }
  return splitOp.all([x], { axis, sizes: parts })
}

interface RollAttrs {
  readonly shifts: ReadonlyArray<number>
}

const rollOp = composite<RollAttrs>("roll", {
  body: ([x], { shifts }) =>
    shifts.reduce((rolled, shift, axis) => {
      const { shape } = rolled.type
      const start = (shape[axis] as number) - shift
      if (shift === 0) return rolled
      const last = slice(rolled, { starts: shape.map((_, other) => (other === axis ? start : 0)) })
      const first = slice(rolled, { stops: shape.map((length, other) => (other === axis ? start : length)) })
      return concat([last, first], { axis })
    }, x as AnyExpr),
  backward: ([r], { attrs: { shifts } }) => [
    rolled(
      r as AnyExpr,
      shifts.map((shift) => -shift)
    )
  ],
  rule: "r, rolled back"
})

/** Rolls by a shift for each axis, which is brought within the axis first. */
const rolled = (x: AnyExpr, shifts: ReadonlyArray<number>): AnyExpr => {
  const within = shifts.map((shift, axis) => {
    const length = x.type.shape[axis] as number
    return length === 0 ? 0 : ((shift % length) + length) % length
  })
  return rollOp([x], { shifts: within })
}

/**
 * The value moved along axes by so many places, what leaves at one end coming back at the other: element `i` goes to `i
 * + shift`. Without axes, all elements are moved in row-major order. Shape: `[...]` -> `[...]`. Throws a `ShapeError`
 * for an axis out of range, and for other than one whole shift for each axis.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.roll(input("x", [2, 5]), 2, { axes: 1 }).type.shape // => [2, 5]
 * ```
 */
export const roll = (
  x: AnyExpr,
  shifts: number | ReadonlyArray<number>,
  options: { readonly axes?: number | ReadonlyArray<number> } = {}
): AnyExpr => {
  const each = typeof shifts === "number" ? [shifts] : shifts
  const { axes: given } = options
  const axes = (typeof given === "number" ? [given] : (given ?? [0])).map((axis) =>
    given === undefined ? axis : axisOf("roll", x.type, axis)
  )
  if (each.length !== axes.length || !each.every(Number.isInteger)) {
    throw new ShapeError("roll", [x.type], `one whole shift for each of ${axes.length} axes, not [${each.join(",")}]`)
  }
  if (given === undefined) return reshape(rolled(reshape(x, [-1]), each), x.type.shape)
  const shiftOf = (axis: number): number =>
    axes.reduce((sum, shifted, at) => (shifted === axis ? sum + (each[at] as number) : sum), 0)
  return rolled(
    x,
    x.type.shape.map((_, axis) => shiftOf(axis))
  )
}

interface TileAttrs {
  readonly repeats: ReadonlyArray<number>
}

const tileOp = composite<TileAttrs>("tile", {
  body: ([x], { repeats }) => {
    const { shape } = (x as AnyExpr).type
    const spread = reshape(
      x as AnyExpr,
      shape.flatMap((length) => [1, length])
    )
    const repeated = broadcastTo(
      spread,
      shape.flatMap((length, axis) => [repeats[axis] as number, length])
    )
    return reshape(
      repeated,
      shape.map((length, axis) => length * (repeats[axis] as number))
    )
  },
  rule: "Σ r over the copies"
})

/**
 * The value repeated along its axes, and along new leading ones where there are more repeats than axes; fewer apply to
 * the last axes. Shape: `[n, ...]` -> `[repeats · n, ...]`. Throws a `ShapeError` for repeats that are negative or
 * fractional.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.tile(input("x", [2, 3]), [2, 1]).type.shape // => [4, 3]
 * ```
 */
export const tile = (x: AnyExpr, repeats: ReadonlyArray<number>): AnyExpr => {
  if (!repeats.every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ShapeError("tile", [x.type], `whole, non-negative repeats, not [${repeats.join(",")}]`)
  }
  const { shape } = x.type
  const rank = Math.max(shape.length, repeats.length)
  const ones = (count: number): ReadonlyArray<number> => new Array<number>(count).fill(1)
  const aligned = reshape(x, [...ones(rank - shape.length), ...shape])
  return tileOp([aligned], { repeats: [...ones(rank - repeats.length), ...repeats] })
}
