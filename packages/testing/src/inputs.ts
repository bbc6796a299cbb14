import { Tensor } from "@residual/backends"
import { type AnyExpr, DType, input, Shape, TensorType } from "@residual/core"

/**
 * Tensors under the names of the inputs that they are bound to.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import type { Tensors } from "@residual/testing"
 * const tensors: Tensors = { x: Tensor.make(2) }
 * Object.keys(tensors) // => ["x"]
 * ```
 */
export type Tensors<Names extends string = string> = Readonly<Record<Names, Tensor.Tensor>>

/**
 * Expressions under names, one for each tensor.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import type { Inputs } from "@residual/testing"
 * const double = ({ x }: Inputs<"x">) => op.add(x, x)
 * typeof double // => "function"
 * ```
 */
export type Inputs<Names extends string = string> = Readonly<Record<Names, AnyExpr>>

/**
 * An input for each tensor, under its name and of its type.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { inputsOf } from "@residual/testing"
 * inputsOf({ x: Tensor.make([1, 2]) }).x.type // => { dtype: "f32", shape: [2] }
 * ```
 */
export const inputsOf = <Names extends string>(tensors: Tensors<Names>): Inputs<Names> =>
  Object.fromEntries(
    Object.entries<Tensor.Tensor>(tensors).map(([name, { type }]) => [
      name,
      input(name, type.shape, { dtype: type.dtype })
    ])
  ) as Record<Names, AnyExpr>

/** The elements of each tensor, as expressions are bound to them. */
export const boundTo = (tensors: Tensors): Readonly<Record<string, Tensor.Elements>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)]))

/**
 * A tensor as text: its type, then its elements nested as they lie.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { printTensor } from "@residual/testing"
 * printTensor(Tensor.make([[1, 2], [3, 0.5]])) // => "f32[2,2] [[1, 2], [3, 0.5]]"
 * ```
 */
export const printTensor = (tensor: Tensor.Tensor): string => {
  const print = (part: Tensor.Numbers): string =>
    typeof part === "object" ? `[${Array.from(part, print).join(", ")}]` : Object.is(part, -0) ? "-0" : String(part)
  return `${TensorType.print(tensor.type)} ${print(Tensor.toArray(tensor))}`
}

/** The multi-index of an element, from its place in row-major order. */
export const indexOf = (shape: Shape.Shape, place: number): ReadonlyArray<number> =>
  Shape.strides(shape).map((stride, axis) => Math.floor(place / stride) % (shape[axis] as number))

/** The names of the tensors that carry a residual. */
export const floatNames = (tensors: Tensors): ReadonlyArray<string> =>
  Object.entries(tensors).flatMap(([name, { type }]) => (DType.isFloat(type.dtype) ? [name] : []))
