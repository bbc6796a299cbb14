import { type AnyExpr, input } from "@residual/core"
import { evaluate, type Mode, nested } from "../../src/reference/index.ts"
import * as Tensor from "../../src/tensor.ts"

/** A tensor of one element type. */
export const f64 = (data: Tensor.Numbers): Tensor.Tensor => Tensor.make(data, { dtype: "f64" })
export const f32 = (data: Tensor.Numbers): Tensor.Tensor => Tensor.make(data, { dtype: "f32" })
export const i32 = (data: Tensor.Numbers): Tensor.Tensor => Tensor.make(data, { dtype: "i32" })
export const u32 = (data: Tensor.Numbers): Tensor.Tensor => Tensor.make(data, { dtype: "u32" })
export const bool = (data: Tensor.Numbers): Tensor.Tensor => Tensor.make(data, { dtype: "bool" })

/** What expressions of some operands come to, as nested arrays. */
export const computed = (
  build: (...operands: Array<AnyExpr>) => AnyExpr,
  operands: ReadonlyArray<Tensor.Tensor>,
  mode: Mode = "exact"
): Tensor.Numbers => {
  const exprs = operands.map(({ type }, at) => input(String(at), type.shape, { dtype: type.dtype }))
  const given = operands.map((tensor, at) => [String(at), Tensor.toTypedArray(tensor)] as const)
  return nested(evaluate({ y: build(...exprs) }, Object.fromEntries(given), mode).y)
}

/** Every place of a shape, in row-major order. */
export const placesOf = (shape: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  shape.reduceRight<ReadonlyArray<ReadonlyArray<number>>>(
    (inner, length) => Array.from({ length }, (_, at) => inner.map((place) => [at, ...place])).flat(),
    [[]]
  )

/** The element of nested arrays at a place. */
export const elementAt = (data: Tensor.Numbers, place: ReadonlyArray<number>): number =>
  place.reduce(
    (part: Tensor.Numbers, at) => (part as ReadonlyArray<Tensor.Numbers>)[at] as Tensor.Numbers,
    data
  ) as number

/** A tensor whose element at each place is a function of it. */
export const tabulated = (
  shape: ReadonlyArray<number>,
  f: (place: ReadonlyArray<number>) => number,
  dtype: "f64" | "i32" = "f64"
): Tensor.Tensor => Tensor.make(placesOf(shape).map(f), { shape, dtype })
