/**
 * The element type of a tensor: `f32` (the default), `f64`, the 32-bit integers `i32` and `u32`, and `bool`.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.isFloat("f32") // => true
 * ```
 */
export type DType = "f32" | "f64" | "i32" | "u32" | "bool"

/**
 * Every element type, in the order in which tables list them.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.all.length // => 5
 * ```
 */
export const all: ReadonlyArray<DType> = ["f32", "f64", "i32", "u32", "bool"]

/**
 * Whether values of this type are floating-point numbers, which are the only ones that carry a residual.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.isFloat("i32") // => false
 * ```
 */
export const isFloat = (dtype: DType): dtype is "f32" | "f64" => dtype === "f32" || dtype === "f64"

/**
 * Whether values of this type are integers.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.isInteger("u32") // => true
 * ```
 */
export const isInteger = (dtype: DType): dtype is "i32" | "u32" => dtype === "i32" || dtype === "u32"

const ranges = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1], bool: [0, 1] } as const

/**
 * The values of a type that a number may have, as errors name them; `undefined` for floats, which take any number.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.range("bool") // => "whole values from 0 to 1"
 * ```
 */
export const range = (dtype: DType): string | undefined =>
  dtype === "f32" || dtype === "f64" ? undefined : `whole values from ${ranges[dtype][0]} to ${ranges[dtype][1]}`

/**
 * Whether a number is a value of this type, floats being rounded.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.holds("i32", 0.5) // => false
 * DType.holds("f32", 0.1) // => true
 * ```
 */
export const holds = (dtype: DType, value: number): boolean => {
  if (dtype === "f32" || dtype === "f64") return true
  const [low, high] = ranges[dtype]
  return Number.isInteger(value) && value >= low && value <= high
}

/**
 * Bytes that one element takes in a planned buffer; a `bool` takes four, so that every backend can address it.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.bytes("f64") // => 8
 * ```
 */
export const bytes = (dtype: DType): number => (dtype === "f64" ? 8 : 4)

/**
 * The float type in which a value of this type is differentiated: itself for floats, `f32` otherwise.
 *
 * ```ts
 * import { DType } from "@residual/core"
 * DType.floatOf("i32") // => "f32"
 * ```
 */
export const floatOf = (dtype: DType): "f32" | "f64" => (dtype === "f64" ? "f64" : "f32")
