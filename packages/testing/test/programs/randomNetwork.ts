import { Tensor } from "@residual/backends"
import { Shape, type TensorType } from "@residual/core"
import { type Computation, transcribe } from "@residual/graph"
import fc from "fast-check"
import { type BoundComputation, printable } from "../../src/computation/printable.ts"
import type { Tensors } from "../../src/index.ts"
import { networkComputation } from "./networkComputation.ts"

/** A tensor for each input of a computation, and one for each slot. */
const boundTo = (computation: Computation, values: ReadonlyArray<number>): Record<"inputs" | "slots", Tensors> => {
  const bound = { inputs: {} as Record<string, Tensor.Tensor>, slots: {} as Record<string, Tensor.Tensor> }
  let next = 0
  for (const { op, attrs, types } of transcribe(computation).nodes) {
    if (op !== "input") continue
    const type = types[0] as TensorType.TensorType
    const elements = Array.from({ length: Shape.size(type.shape) }, () => values[next++ % values.length] as number)
    const { name, binding } = attrs as { readonly name: string; readonly binding: string }
    bound[binding === "run" ? "inputs" : "slots"][name] = Tensor.make(elements, type)
  }
  return bound
}

/** How networks are drawn. */
export interface NetworkOptions {
  /** Whether a value is special now and then: true by default. */
  readonly specials?: boolean
}

/** Random networks with their gradients. Values are on a coarse grid, so that rows tie. */
export const randomNetwork = (
  dtype: "f32" | "f64",
  { specials = true }: NetworkOptions = {}
): fc.Arbitrary<BoundComputation> => {
  const onGrid = fc.integer({ min: -32, max: 32 }).map((x) => x / 16)
  const special = fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY)
  const value = specials ? fc.oneof({ weight: 400, arbitrary: onGrid }, special) : onGrid
  return fc
    .record({
      numbers: fc.array(fc.nat(5039), { minLength: 3, maxLength: 60, size: "max" }),
      values: fc.array(value, { minLength: 97, maxLength: 97 })
    })
    .map(({ numbers, values }) => {
      const computation = networkComputation(numbers, dtype)
      return printable({ computation, ...boundTo(computation, values) })
    })
}
