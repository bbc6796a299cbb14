import { ShapeError, TensorType } from "@residual/core"
import { InputError } from "./error/inputError.ts"
import * as Tensor from "./tensor.ts"

/**
 * What is given for an input, as a tensor of its type: numbers take its element type, and a flat array its shape. Throws
 * an `InputError` where nothing is given, not as many elements, or some that the type does not hold.
 */
export const tensorFor = (
  name: string,
  type: TensorType.TensorType,
  given: Tensor.Tensor | Tensor.Numbers | undefined
): Tensor.Tensor => {
  const expected = TensorType.print(type)
  if (given === undefined) throw new InputError({ input: name, expected, given: "nothing" })
  if (typeof given === "object" && "_tag" in given) return given
  const tensor = attempted(name, type, given)
  const isFlat = tensor.type.shape.length <= 1 && TensorType.size(tensor.type) === TensorType.size(type)
  if (!isFlat && !TensorType.equals(tensor.type, type)) {
    throw new InputError({ input: name, expected, given: TensorType.print(tensor.type) })
  }
  return Tensor.adopt(type, tensor["~elements"])
}

const attempted = (name: string, type: TensorType.TensorType, given: Tensor.Numbers): Tensor.Tensor => {
  try {
    return Tensor.make(given, { dtype: type.dtype })
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new InputError({ input: name, expected: `${TensorType.print(type)}, ${error.expected}`, given: "others" })
  }
}
