import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import { InputError } from "./error/inputError.ts"
import type { Tensor } from "./tensor.ts"

/** What is wrong with the tensors given to a program, if anything: one is missing, left over, or of another type. */
export const checkInputs = ({ inputs }: Program, given: Readonly<Record<string, Tensor>>): InputError | undefined => {
  for (const { name, type } of inputs) {
    const tensor = Object.hasOwn(given, name) ? given[name] : undefined
    if (tensor === undefined || !TensorType.equals(tensor.type, type)) {
      const found = tensor === undefined ? "nothing" : TensorType.print(tensor.type)
      return new InputError({ input: name, expected: TensorType.print(type), given: found })
    }
  }
  const names = Object.keys(given)
  // As many names as inputs, all of which are there, leave none over.
  if (names.length === inputs.length) return undefined
  const extra = names.find((name) => !inputs.some((input) => input.name === name))
  if (extra === undefined) return undefined
  const found = TensorType.print((given[extra] as Tensor).type)
  return new InputError({ input: extra, expected: "nothing, since the program does not read it", given: found })
}
