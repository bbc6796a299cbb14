import { type CompositeFunction, composite } from "../../composite.ts"
import { isInteger } from "../../dtype.ts"
import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, mul } from "../arithmetic.ts"
import { cast } from "../cast.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { constant, iota } from "../leaf.ts"
import { concat, slice } from "../movement.ts"
import { sub } from "../sign.ts"
import { expandDims, reshape } from "../stretch.ts"
import { cos, sin } from "../transcendental.ts"

interface RotaryAttrs {
  readonly base: number
  readonly form: "interleaved" | "halfSplit"
  /** Whether angles are negative: the rotation back, which is what a residual goes through. */
  readonly inverse: boolean
}

/** The angle by which each pair is rotated at each position, `[..., positions, width / 2]`. */
const anglesOf = (positions: AnyExpr, width: number, base: number, dtype: "f32" | "f64"): AnyExpr => {
  const frequencies = Array.from({ length: width / 2 }, (_, pair) => base ** ((-2 * pair) / width))
  return mul(expandDims(cast(positions, dtype), -1), constant(frequencies, { dtype }))
}

/** The first and second elements of the pairs along the last axis. */
const halves = (x: AnyExpr, form: RotaryAttrs["form"]): readonly [AnyExpr, AnyExpr] => {
  const outer = x.type.shape.slice(0, -1).map(() => 0)
  const middle = (x.type.shape.at(-1) as number) / 2
  if (form === "halfSplit") {
    const stops = [...x.type.shape.slice(0, -1), middle]
    return [slice(x, { stops }), slice(x, { starts: [...outer, middle] })]
  }
  const steps = [...outer.map(() => 1), 2]
  return [slice(x, { steps }), slice(x, { starts: [...outer, 1], steps })]
}

const joined = (first: AnyExpr, second: AnyExpr, form: RotaryAttrs["form"]): AnyExpr => {
  if (form === "halfSplit") return concat([first, second], { axis: -1 })
  const { shape } = first.type
  const pairs = concat([expandDims(first, -1), expandDims(second, -1)], { axis: -1 })
  return reshape(pairs, [...shape.slice(0, -1), 2 * (shape.at(-1) as number)])
}

const rotate: CompositeFunction<RotaryAttrs> = composite<RotaryAttrs>("rotaryEmbedding", {
  body: ([x, positions], { base, form, inverse }) => {
    const { dtype, shape } = (x as AnyExpr).type
    const angles = anglesOf(positions as AnyExpr, shape.at(-1) as number, base, dtype as "f32" | "f64")
    const [first, second] = halves(x as AnyExpr, form)
    const [cosine, sine] = [cos(angles), sin(angles)]
    return inverse
      ? joined(add(mul(first, cosine), mul(second, sine)), sub(mul(second, cosine), mul(first, sine)), form)
      : joined(sub(mul(first, cosine), mul(second, sine)), add(mul(second, cosine), mul(first, sine)), form)
  },
  backward: ([r], { inputs: [, positions], attrs }) => [
    rotate([r as AnyExpr, positions as AnyExpr], { ...attrs, inverse: !attrs.inverse }),
    null
  ],
  rule: "r, rotated back"
})

/** Which positions rotary embedding encodes, and how. */
export interface RotaryOptions {
  /** Integers that broadcast to `[..., n]`; 0, 1, 2 … by default. */
  readonly positions?: AnyExpr | undefined
  /** The longest wavelength is 2π times nearly this: 10 000 by default. */
  readonly base?: number
  /** Which elements form a pair: neighbours (by default), or element i of each half. */
  readonly form?: "interleaved" | "halfSplit"
}

/**
 * Rotary position embedding: pair i of the last axis is rotated by position · base^(-2i / width), so that products of
 * queries and keys depend on the distance of their positions. The inputs of a decoder give their `positions`. Shape:
 * `[..., n, width]` -> the same. Throws a `ShapeError` for an odd width, for a base that is not above 0, for positions that do not broadcast or are not
 * integers, and for other types than floats.
 *
 * J. Su et al., "RoFormer" (2021).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.rotaryEmbedding(input("query", [2, 8, 16]), { form: "halfSplit" }).type.shape // => [2, 8, 16]
 * ```
 */
export const rotaryEmbedding = (x: AnyExpr, options: RotaryOptions = {}): AnyExpr => {
  checkAccepted("rotaryEmbedding", "floats", [x])
  const { base = 10_000, form = "interleaved" } = options
  const { shape } = x.type
  if (shape.length < 2 || (shape.at(-1) as number) % 2 !== 0) {
    throw new ShapeError("rotaryEmbedding", [x.type], "[..., n, width] of an even width")
  }
  if (!(base > 0)) throw new ShapeError("rotaryEmbedding", [x.type], `a base above 0, not ${base}`)
  const positions = options.positions ?? iota(shape.slice(-2, -1))
  const outer = shape.slice(0, -1)
  const broadcast = ShapeOf.broadcast(positions.type.shape, outer)
  if (!isInteger(positions.type.dtype) || broadcast === undefined || !ShapeOf.equals(broadcast, outer)) {
    throw new ShapeError(
      "rotaryEmbedding",
      [x.type, positions.type],
      `integer positions that broadcast to [${outer.join(",")}]`
    )
  }
  return rotate([x, positions], { base, form, inverse: false })
}
