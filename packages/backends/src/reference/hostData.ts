import { DType } from "@residual/core"
import * as Tensor from "../tensor.ts"
import type { Mode } from "./mode.ts"
import type { Data, Value } from "./value.ts"

/** A tensor's elements as the interpreter takes them. It may be the tensor's own, which nobody writes to. */
export const dataOf = (tensor: Tensor.Tensor): Data<number> => {
  const elements = tensor["~elements"]
  if (!DType.isFloat(tensor.type.dtype) || elements instanceof Float64Array) return elements
  return Float64Array.from(elements)
}

/** A value of the interpreter as a tensor: of 32 bits where it was rounded to them. */
export const tensorOf = ({ type, data }: Value<number>, mode: Mode): Tensor.Tensor => {
  const elements = data as Tensor.Elements
  return Tensor.adopt(type, mode === "rounded" && type.dtype === "f32" ? Float32Array.from(elements) : elements)
}
