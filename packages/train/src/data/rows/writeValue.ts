import { Tensor } from "@residual/backends"
import { DType, Shape, ShapeError, type TensorType } from "@residual/core"

/** Puts a row's value where it belongs; why it cannot be, where it cannot. */
export const writeValue = (
  value: unknown,
  type: TensorType.TensorType,
  into: Tensor.Elements,
  row: number
): string | undefined => {
  if (value === undefined) return "it has no value"
  if (!isTyped(value)) {
    const strange = strangeIn(value, type.dtype === "bool")
    if (strange !== undefined) return `it has ${strange.shown}, not ${DType.range(type.dtype) ?? "a number"}`
  }
  const elements = flat(value as Tensor.Numbers, type.shape)
  if (elements instanceof ShapeError) return elements.message
  if (elements === undefined) return `its value is not of shape [${type.shape}]`
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at] as number
    if (!DType.holds(type.dtype, element)) return `it has ${element}, not ${DType.range(type.dtype)}`
    if (type.dtype === "f32" && Number.isFinite(element) && !Number.isFinite(Math.fround(element))) {
      return `it has ${element}, which is beyond f32`
    }
  }
  into.set(elements, row * Shape.size(type.shape))
  return undefined
}

/** Whether a value is a typed array of numbers, which need not be looked through. */
const isTyped = (value: unknown): value is Tensor.Elements =>
  ArrayBuffer.isView(value) &&
  !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)

/** The first of nested values that is no number, nor true or false where that is meant. */
const strangeIn = (value: unknown, truths: boolean): { readonly shown: string } | undefined => {
  if (typeof value === "number" || (truths && typeof value === "boolean")) return undefined
  if (!Array.isArray(value)) return { shown: shownValue(value) }
  for (const part of value) {
    const strange = strangeIn(part, truths)
    if (strange !== undefined) return strange
  }
  return undefined
}

const shownValue = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value)
  return typeof value === "object" && value !== null ? "an object" : String(value)
}

/** The elements of a value that has a shape, or as a typed array so many of them; undefined for another. */
const flat = (value: Tensor.Numbers, shape: Shape.Shape): ArrayLike<number> | ShapeError | undefined => {
  if (isTyped(value)) return value.length === Shape.size(shape) ? value : undefined
  try {
    const tensor = Tensor.make(value, { dtype: "f64" })
    return Shape.equals(tensor.type.shape, shape) ? Tensor.toTypedArray(tensor) : undefined
  } catch (cause) {
    if (cause instanceof ShapeError) return cause
    throw cause
  }
}
