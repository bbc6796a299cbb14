import type { DType } from "./dtype.ts"
import { bytes as bytesOf } from "./dtype.ts"
import type { Shape } from "./shape.ts"
import * as ShapeOf from "./shape.ts"

/**
 * What is known of a value before it is computed: its element type and its shape (sizes in elements).
 *
 * ```ts
 * import { TensorType } from "@residual/core"
 * TensorType.print({ dtype: "f32", shape: [2, 3] }) // => "f32[2,3]"
 * ```
 */
export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

/**
 * Makes a type.
 *
 * ```ts
 * import { TensorType } from "@residual/core"
 * TensorType.make("f32", [2]) // => { dtype: "f32", shape: [2] }
 * ```
 */
export const make = (dtype: DType, shape: Shape): TensorType => ({ dtype, shape })

/**
 * Whether two types have the same element type and shape.
 *
 * ```ts
 * import { TensorType } from "@residual/core"
 * TensorType.equals(TensorType.make("f32", [2]), TensorType.make("f64", [2])) // => false
 * ```
 */
export const equals = (self: TensorType, that: TensorType): boolean =>
  self.dtype === that.dtype && ShapeOf.equals(self.shape, that.shape)

/**
 * The number of elements of a value of this type.
 *
 * ```ts
 * import { TensorType } from "@residual/core"
 * TensorType.size(TensorType.make("f32", [2, 3])) // => 6
 * ```
 */
export const size = (type: TensorType): number => ShapeOf.size(type.shape)

/**
 * Bytes that a value of this type takes in a planned buffer.
 *
 * ```ts
 * import { TensorType } from "@residual/core"
 * TensorType.bytes(TensorType.make("f64", [2])) // => 16
 * ```
 */
export const bytes = (type: TensorType): number => size(type) * bytesOf(type.dtype)

/**
 * The type as text, as errors and printed graphs show it.
 *
 * ```ts
 * import { TensorType } from "@residual/core"
 * TensorType.print(TensorType.make("i32", [])) // => "i32[]"
 * ```
 */
export const print = (type: TensorType): string => `${type.dtype}[${type.shape.join(",")}]`
