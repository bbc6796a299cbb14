import { type Arithmetic, DType, type MutableStorage, Shape, type TensorType } from "@residual/core"

/**
 * A value's elements in row-major order: floats in the arithmetic's own storage, integers in typed arrays, and bools as
 * `Truth` codes (0 is false, 1 is true, 2 is undecided).
 *
 * ```ts
 * import { allocate } from "@residual/backends/reference"
 * import { numberArithmetic } from "@residual/core"
 * allocate(numberArithmetic, { dtype: "i32", shape: [2, 2] }).length // => 4
 * ```
 */
export type Data<A> = MutableStorage<A> | Int32Array | Uint32Array | Uint8Array

/**
 * Elements together with their type: what kernels read.
 *
 * ```ts
 * import type { Value } from "@residual/backends/reference"
 * const scalar: Value<number> = { type: { dtype: "f32", shape: [] }, data: Float64Array.of(3) }
 * scalar.data.length // => 1
 * ```
 */
export interface Value<A> {
  readonly type: TensorType.TensorType
  readonly data: Data<A>
}

/**
 * Storage for a value of a type, all zero.
 *
 * ```ts
 * import { allocate } from "@residual/backends/reference"
 * import { numberArithmetic } from "@residual/core"
 * allocate(numberArithmetic, { dtype: "f32", shape: [3] }) // => new Float64Array(3)
 * ```
 */
export const allocate = <A>(arithmetic: Arithmetic<A>, type: TensorType.TensorType): Data<A> => {
  const length = Shape.size(type.shape)
  if (DType.isFloat(type.dtype)) return arithmetic.allocate(length)
  if (type.dtype === "i32") return new Int32Array(length)
  return type.dtype === "u32" ? new Uint32Array(length) : new Uint8Array(length)
}

/**
 * One number as an element of a type: integers wrap around, and whatever is not 0 is a true bool.
 *
 * ```ts
 * import { element } from "@residual/backends/reference"
 * import { numberArithmetic } from "@residual/core"
 * element(numberArithmetic, "i32", 2 ** 31) // => -(2 ** 31)
 * ```
 */
export const element = <A>(arithmetic: Arithmetic<A>, dtype: DType.DType, value: number): A | number => {
  if (DType.isFloat(dtype)) return arithmetic.fromNumber(value)
  if (dtype === "bool") return value === 0 ? 0 : 1
  return dtype === "i32" ? value | 0 : value >>> 0
}

/** The elements of a float value, as the arithmetic's scalars. */
export const floatsOf = <A>(data: Data<A>): MutableStorage<A> => data as MutableStorage<A>

/** The elements of an integer or bool value, as plain numbers. */
export const plainOf = <A>(data: Data<A>): MutableStorage<number> => data as MutableStorage<number>

/** Elements of whichever kind, for kernels that only move them. */
export type Elements = { readonly length: number; [index: number]: unknown }

/** Sets every element to one scalar. */
export const fill = <A>(data: Data<A>, scalar: A | number): void => {
  const out: Elements = data
  for (let i = 0; i < out.length; i++) out[i] = scalar
}

/** A copy of elements that a kernel may write to. */
export const copy = <A>(arithmetic: Arithmetic<A>, { type, data }: Value<A>): Data<A> => {
  const out = allocate(arithmetic, type)
  const [from, to]: readonly [Elements, Elements] = [data, out]
  for (let i = 0; i < to.length; i++) to[i] = from[i]
  return out
}
