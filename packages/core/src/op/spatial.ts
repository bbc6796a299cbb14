import type { AnyExpr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"

/** A number for every spatial axis, or one for all of them. */
export type PerAxis = number | ReadonlyArray<number>

/**
 * How much is added around a value before windows are taken: so much at both ends of each axis, nothing (`"valid"`), or
 * what makes as many windows as the axis has strides (`"same"`, the odd element at the end).
 */
export type Padding = PerAxis | "same" | "valid"

/** One number for each spatial axis, none below `least`. Throws a `ShapeError`. */
export const perAxis = (
  op: string,
  types: ReadonlyArray<TensorType>,
  what: string,
  given: PerAxis,
  rank: number,
  least: number
): ReadonlyArray<number> => {
  const numbers = typeof given === "number" ? new Array<number>(rank).fill(given) : given
  if (numbers.length !== rank || numbers.some((number) => !Number.isInteger(number) || number < least)) {
    throw new ShapeError(op, types, `${what} of at least ${least} for ${rank} axes, not [${numbers.join(",")}]`)
  }
  return numbers
}

/** Windows along the last axes: their sizes, strides and dilations, and what is added around the value first. */
export interface Windows {
  readonly sizes: ReadonlyArray<number>
  readonly strides: ReadonlyArray<number>
  readonly dilations: ReadonlyArray<number>
  readonly before: ReadonlyArray<number>
  readonly after: ReadonlyArray<number>
}

/** Windows as options name them. Throws a `ShapeError` for options below their least, and where no window fits. */
export const windowsOf = (
  op: string,
  types: ReadonlyArray<TensorType>,
  sizes: ReadonlyArray<number>,
  options: { readonly strides: PerAxis; readonly padding: Padding; readonly dilation: PerAxis }
): Windows => {
  const rank = sizes.length
  const strides = perAxis(op, types, "strides", options.strides, rank, 1)
  const dilations = perAxis(op, types, "a dilation", options.dilation, rank, 1)
  const lengths = (types[0] as TensorType).shape.slice(-rank)
  const spans = sizes.map((size, axis) => (dilations[axis] as number) * (size - 1) + 1)
  const ends = (): readonly [ReadonlyArray<number>, ReadonlyArray<number>] => {
    if (options.padding !== "same") {
      const both = perAxis(op, types, "padding", options.padding === "valid" ? 0 : options.padding, rank, 0)
      return [both, both]
    }
    const total = lengths.map((length, axis) => {
      const stride = strides[axis] as number
      return Math.max(0, (Math.ceil(length / stride) - 1) * stride + (spans[axis] as number) - length)
    })
    return [total.map((count) => Math.floor(count / 2)), total.map((count) => Math.ceil(count / 2))]
  }
  const [before, after] = ends()
  const padded = lengths.map((length, axis) => (before[axis] as number) + length + (after[axis] as number))
  if (padded.some((length, axis) => length < (spans[axis] as number))) {
    throw new ShapeError(op, types, `windows of [${spans.join(",")}] within the padded sizes [${padded.join(",")}]`)
  }
  return { sizes, strides, dilations, before, after }
}

/** Counts for the spatial axes, with zeros for those in front of them. */
export const onSpatialAxes = (x: AnyExpr, counts: ReadonlyArray<number>): ReadonlyArray<number> => [
  ...new Array<number>(x.type.shape.length - counts.length).fill(0),
  ...counts
]
