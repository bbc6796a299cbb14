import type { TensorType } from "@residual/core"
import { DType, Shape } from "@residual/core"
import type { Elements } from "../../tensor.ts"

/** Writes elements as words: floats of 32 bits, integers, and bools as 0 and 1. */
export const writeWords = (
  type: TensorType.TensorType,
  elements: ArrayLike<number>,
  to: ArrayBuffer,
  offset: number
): void => {
  const size = Shape.size(type.shape)
  const words = DType.isFloat(type.dtype)
    ? new Float32Array(to, offset, size)
    : type.dtype === "i32"
      ? new Int32Array(to, offset, size)
      : new Uint32Array(to, offset, size)
  words.set(elements)
}

/** The elements that words are, in memory of their own. */
export const readWords = (type: TensorType.TensorType, from: ArrayBuffer, offset: number): Elements => {
  const size = Shape.size(type.shape)
  switch (type.dtype) {
    case "i32":
      return new Int32Array(from, offset, size).slice()
    case "u32":
      return new Uint32Array(from, offset, size).slice()
    case "bool":
      return Uint8Array.from(new Uint32Array(from, offset, size))
    default:
      return new Float32Array(from, offset, size).slice()
  }
}
