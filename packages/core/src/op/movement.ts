import { composite } from "../composite.ts"
import type { AnyExpr, Primitive } from "../expr.ts"
import { apply } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { axisOf } from "./axes.ts"
import { checkHeld } from "./leaf.ts"
import { primitive } from "./primitive.ts"

/** The attributes of `transpose`: axis `i` of the result is axis `permutation[i]` of the operand. */
export interface TransposeAttrs {
  readonly permutation: ReadonlyArray<number>
}

export const transposeOp = primitive<TransposeAttrs>("transpose", {
  infer: ([x], { permutation }) => {
    const type = x as TensorType
    const sorted = [...permutation].sort((a, b) => a - b)
    if (permutation.length !== type.shape.length || sorted.some((axis, at) => axis !== at)) {
      throw new ShapeError(
        "transpose",
        [type],
        `each of its ${type.shape.length} axes once, not [${permutation.join(",")}]`
      )
    }
    return { dtype: type.dtype, shape: permutation.map((axis) => type.shape[axis] as number) }
  },
  backward: ([r], { attrs: { permutation } }) => [
    transpose(
      r as AnyExpr,
      permutation.map((_, axis) => permutation.indexOf(axis))
    )
  ],
  rule: "r, permuted back"
})

/**
 * The value with its axes in another order: all reversed by default; negative ones count from the end. Shape: `[...]`
 * -> the same sizes permuted. Throws a `ShapeError` unless each axis comes once.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.transpose(input("x", [2, 3, 4]), [2, 0, 1]).type.shape // => [4, 2, 3]
 * ```
 */
export const transpose = (x: AnyExpr, permutation?: ReadonlyArray<number>): AnyExpr => {
  const order =
    permutation?.map((axis) => axisOf("transpose", x.type, axis)) ??
    x.type.shape.map((_, at) => x.type.shape.length - 1 - at)
  return order.length === x.type.shape.length && order.every((axis, at) => axis === at)
    ? x
    : apply(transposeOp, [x], { permutation: order })
}

/**
 * The value with its last two axes exchanged. Shape: `[..., m, n]` -> `[..., n, m]`. Throws a `ShapeError` below rank
 * 2.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.swapLast(input("x", [5, 2, 3])).type.shape // => [5, 3, 2]
 * ```
 */
export const swapLast = (x: AnyExpr): AnyExpr => {
  const rank = x.type.shape.length
  if (rank < 2) throw new ShapeError("swapLast", [x.type], "at least two axes")
  return transpose(
    x,
    x.type.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis))
  )
}

/** The attributes of `slice`: element `i` of the result is element `starts + i · steps` of the operand. */
export interface SliceAttrs {
  readonly starts: ReadonlyArray<number>
  readonly sizes: ReadonlyArray<number>
  /** Never 0; negative steps walk backwards. */
  readonly steps: ReadonlyArray<number>
}

export const sliceOp: Primitive<SliceAttrs> = primitive<SliceAttrs>("slice", {
  infer: ([x], { starts, sizes, steps }) => {
    const type = x as TensorType
    const rank = type.shape.length
    const legal =
      starts.length === rank &&
      sizes.length === rank &&
      steps.length === rank &&
      ShapeOf.isValid(sizes) &&
      type.shape.every((length, axis) => {
        const [start, size, step] = [starts[axis], sizes[axis], steps[axis]] as [number, number, number]
        const last = start + (size - 1) * step
        return (
          Number.isInteger(step) &&
          step !== 0 &&
          (size === 0 || (Number.isInteger(start) && start >= 0 && start < length && last >= 0 && last < length))
        )
      })
    if (!legal) {
      throw new ShapeError(
        "slice",
        [type],
        `elements within it, not ${sizes.join("×")} from [${starts.join(",")}] in steps of [${steps.join(",")}]`
      )
    }
    return { dtype: type.dtype, shape: sizes }
  },
  backward: ([r], { inputs: [x], attrs: { starts, sizes, steps } }) => {
    const { shape } = (x as AnyExpr).type
    const backwards = steps.flatMap((step, axis) => (step < 0 ? [axis] : []))
    const forwards = flip(r as AnyExpr, backwards)
    const interior = steps.map((step, axis) => ((sizes[axis] as number) > 1 ? Math.abs(step) - 1 : 0))
    const first = starts.map((start, axis) => {
      const size = sizes[axis] as number
      return size === 0 ? 0 : Math.min(start, start + (size - 1) * (steps[axis] as number))
    })
    const after = shape.map((length, axis) => {
      const size = sizes[axis] as number
      return length - (first[axis] as number) - (size === 0 ? 0 : size + (size - 1) * (interior[axis] as number))
    })
    return [apply(padOp, [forwards], { before: first, after, interior, value: 0 })]
  },
  rule: "r, with zeros around and between"
})

/** Elements of an axis: from `start` up to, not including, `stop`, every `step`; negative bounds count from the end. */
export interface SliceOptions {
  readonly starts?: ReadonlyArray<number>
  readonly stops?: ReadonlyArray<number>
  readonly steps?: ReadonlyArray<number>
}

/**
 * A part of a value, by Python's rules: bounds beyond the ends are held to them, and a negative step walks backwards
 * (leave `stops` at `-Infinity` to reach the first element). Shape: `[...]` -> the number of elements on each axis.
 * Throws a `ShapeError` for bounds that are not whole, for a step of 0 and for more bounds than axes.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.slice(input("x", [7, 4]), { starts: [1, -2], stops: [6], steps: [2] }).type.shape // => [3, 2]
 * ```
 */
export const slice = (x: AnyExpr, options: SliceOptions): AnyExpr => {
  const { shape } = x.type
  const longest = Math.max(options.starts?.length ?? 0, options.stops?.length ?? 0, options.steps?.length ?? 0)
  if (longest > shape.length)
    throw new ShapeError("slice", [x.type], `bounds for at most ${shape.length} axes, not ${longest}`)
  const ranges = shape.map((length, axis) => {
    const step = options.steps?.[axis] ?? 1
    if (!Number.isInteger(step) || step === 0)
      throw new ShapeError("slice", [x.type], `whole steps other than 0, not ${step}`)
    const [low, high] = step > 0 ? [0, length] : [-1, length - 1]
    const bound = (at: number | undefined, otherwise: number): number => {
      if (at === undefined) return otherwise
      const held = Math.max(low, Math.min(high, at < 0 ? at + length : at))
      if (!Number.isInteger(held)) throw new ShapeError("slice", [x.type], `whole bounds, not ${at}`)
      return held
    }
    const start = bound(options.starts?.[axis], step > 0 ? low : high)
    const stop = bound(options.stops?.[axis], step > 0 ? high : low)
    const size = Math.max(0, Math.ceil((stop - start) / step))
    return { start: size === 0 ? 0 : start, size, step }
  })
  if (ranges.every(({ start, size, step }, axis) => start === 0 && step === 1 && size === shape[axis])) return x
  return apply(sliceOp, [x], {
    starts: ranges.map(({ start }) => start),
    sizes: ranges.map(({ size }) => size),
    steps: ranges.map(({ step }) => step)
  })
}

/**
 * The value backwards along axes (all by default). Shape: `[...]` -> `[...]`. Throws a `ShapeError` for an axis out of
 * range.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.flip(input("x", [2, 3]), [1]).type.shape // => [2, 3]
 * ```
 */
export const flip = (x: AnyExpr, axes?: ReadonlyArray<number>): AnyExpr => {
  const flipped = (axes ?? x.type.shape.map((_, axis) => axis)).map((axis) => axisOf("flip", x.type, axis))
  return flipped.length === 0 || x.type.shape.length === 0
    ? x
    : slice(x, { steps: x.type.shape.map((_, axis) => (flipped.includes(axis) ? -1 : 1)) })
}

/** The attributes of `pad`: elements put before, after and between those of each axis, and their value. */
export interface PadAttrs {
  readonly before: ReadonlyArray<number>
  readonly after: ReadonlyArray<number>
  readonly interior: ReadonlyArray<number>
  readonly value: number
}

export const padOp: Primitive<PadAttrs> = primitive<PadAttrs>("pad", {
  infer: ([x], { before, after, interior }) => {
    const type = x as TensorType
    const rank = type.shape.length
    if (![before, after, interior].every((counts) => counts.length === rank && ShapeOf.isValid(counts))) {
      throw new ShapeError(
        "pad",
        [type],
        `non-negative counts for its ${rank} axes, not [${before.join(",")}] before, [${after.join(",")}] after`
      )
    }
    const shape = type.shape.map(
      (length, axis) =>
        (before[axis] as number) +
        length +
        Math.max(0, length - 1) * (interior[axis] as number) +
        (after[axis] as number)
    )
    return { dtype: type.dtype, shape }
  },
  backward: ([r], { inputs: [x], attrs: { before, interior } }) => {
    const { shape } = (x as AnyExpr).type
    const starts = before.map((count, axis) => (shape[axis] === 0 ? 0 : count))
    return [apply(sliceOp, [r as AnyExpr], { starts, sizes: shape, steps: interior.map((count) => count + 1) })]
  },
  rule: "r, without what was added"
})

/**
 * Counts of elements to add at each end of each axis, and what they hold: `value` (0 by default), or in mode
 * `"reflect"` the elements next to the end, mirrored in it.
 */
export interface PadOptions {
  readonly before?: ReadonlyArray<number>
  readonly after?: ReadonlyArray<number>
  readonly mode?: "constant" | "reflect"
  readonly value?: number
}

/**
 * The value with elements added at its ends: constant ones, or its own mirrored in the first and last of them. Shape:
 * `[n, ...]` -> `[before + n + after, ...]`. Throws a `ShapeError` for negative counts (use `slice` to remove
 * elements), for a value that the element type cannot hold, and for more reflected elements than lie beyond the end one.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.pad(input("x", [2, 3]), { before: [0, 1], after: [1, 2], value: 0.5 }).type.shape // => [3, 6]
 * op.pad(input("x", [2, 3]), { before: [0, 2], mode: "reflect" }).type.shape // => [2, 5]
 * ```
 */
export const pad = (x: AnyExpr, options: PadOptions): AnyExpr => {
  const rank = x.type.shape.length
  const counts = (given: ReadonlyArray<number> | undefined): ReadonlyArray<number> => {
    if (given !== undefined && given.length !== rank) {
      throw new ShapeError("pad", [x.type], `counts for its ${rank} axes, not ${given.length}`)
    }
    return given ?? new Array<number>(rank).fill(0)
  }
  const [before, after] = [counts(options.before), counts(options.after)]
  if ([...before, ...after].every((count) => count === 0)) return x
  if (options.mode !== "reflect") {
    const { value = 0 } = options
    checkHeld("pad", [x.type], x.type.dtype, [value])
    return apply(padOp, [x], { before, after, interior: new Array<number>(rank).fill(0), value })
  }
  for (const [axis, length] of x.type.shape.entries()) {
    const [first, last] = [before[axis], after[axis]] as [number, number]
    if (!ShapeOf.isValid([first, last]) || Math.max(first, last) > Math.max(0, length - 1)) {
      throw new ShapeError(
        "pad",
        [x.type],
        `from 0 to ${Math.max(0, length - 1)} reflected elements at axis ${axis}, not ${first} and ${last}`
      )
    }
  }
  return padReflect([x], { before, after })
}

const padReflect = composite<{ readonly before: ReadonlyArray<number>; readonly after: ReadonlyArray<number> }>(
  "padReflect",
  {
    body: ([x], { before, after }) =>
      before.reduce((padded, first, axis) => {
        const { shape } = padded.type
        const [length, last] = [shape[axis], after[axis]] as [number, number]
        const mirrored = (start: number, size: number): ReadonlyArray<AnyExpr> => {
          if (size === 0) return []
          const at = (bound: number, otherwise: number): ReadonlyArray<number> =>
            shape.map((_, other) => (other === axis ? bound : otherwise))
          return [
            apply(sliceOp, [padded], {
              starts: at(start, 0),
              sizes: shape.map((whole, other) => (other === axis ? size : whole)),
              steps: at(-1, 1)
            })
          ]
        }
        return concat([...mirrored(first, first), padded, ...mirrored(length - 2, last)], { axis })
      }, x as AnyExpr),
    rule: "r, what was mirrored added where it came from"
  }
)

/** The attributes of `concat`. */
export interface ConcatAttrs {
  readonly axis: number
}

export const concatOp = primitive<ConcatAttrs>("concat", {
  infer: (types, { axis }) => {
    const [first, ...others] = types
    if (first === undefined) throw new ShapeError("concat", [], "at least one value")
    axisOf("concat", first, axis)
    const fits = others.every(
      (type) =>
        type.dtype === first.dtype &&
        type.shape.length === first.shape.length &&
        type.shape.every((length, at) => at === axis || length === first.shape[at])
    )
    if (!fits) throw new ShapeError("concat", types, `one element type and, but for axis ${axis}, the same sizes`)
    const length = types.reduce((total, type) => total + (type.shape[axis] as number), 0)
    return { dtype: first.dtype, shape: first.shape.map((size, at) => (at === axis ? length : size)) }
  },
  backward: ([r], { inputs, attrs: { axis } }) => {
    let start = 0
    return inputs.map(({ type: { shape } }) => {
      const starts = shape.map((_, at) => (at === axis ? start : 0))
      start += shape[axis] as number
      return apply(sliceOp, [r as AnyExpr], { starts, sizes: shape, steps: shape.map(() => 1) })
    })
  },
  rule: "each operand's part of r"
})

/**
 * Values one after the other along an axis. Shape: `[..., nᵢ, ...]` each -> `[..., Σ nᵢ, ...]`. Throws a `ShapeError`
 * where other sizes or element types differ.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.concat([input("a", [2, 1]), input("b", [2, 4])], { axis: 1 }).type.shape // => [2, 5]
 * ```
 */
export const concat = (values: ReadonlyArray<AnyExpr>, options: { readonly axis?: number } = {}): AnyExpr => {
  const [first] = values
  if (first === undefined) throw new ShapeError("concat", [], "at least one value")
  const axis = axisOf("concat", first.type, options.axis ?? 0)
  return values.length === 1 ? first : apply(concatOp, values, { axis })
}
