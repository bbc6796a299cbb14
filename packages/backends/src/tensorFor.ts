import { ShapeError, TensorType } from "@residual/core"
import { InputError } from "./error/inputError.ts"
import * as Tensor from "./tensor.ts"

/**
 * What is given for an input, as a tensor of its type where that is known: numbers take its element type, and a flat
 * array its shape. Throws an `InputError` where nothing is given, not as many elements, or some that the type does not
 * hold.
 */
export const tensorFor = (
  name: string,
  type: TensorType.TensorType | undefined,
  given: Tensor.Tensor | Tensor.Numbers | undefined
): Tensor.Tensor => {
  const expected = type === undefined ? "a tensor" : TensorType.print(type)
  if (given === undefined) throw new InputError({ input: name, expected, given: "nothing" })
  if (typeof given === "object" && "_tag" in given) return given
  const tensor = attempted(name, expected, () => Tensor.make(given, type === undefined ? {} : { dtype: type.dtype }))
  if (type === undefined || TensorType.equals(tensor.type, type)) return tensor
  if (tensor.type.shape.length > 1 || TensorType.size(tensor.type) !== TensorType.size(type)) {
    throw new InputError({ input: name, expected, given: TensorType.print(tensor.type) })
  }
  return Tensor.adopt(type, tensor["~elements"])
}

const attempted = (input: string, expected: string, make: () => Tensor.Tensor): Tensor.Tensor => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new InputError({ input, expected: `${expected}, ${error.expected}`, given: "others" })
  }
}
