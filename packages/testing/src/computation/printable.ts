import { type Claims, type Computation, lower, print } from "@residual/graph"
import fc from "fast-check"
import { printTensor, type Tensors } from "../inputs.ts"

/** A computation, and what its inputs and slots are bound to. */
export interface BoundComputation {
  readonly computation: Computation
  readonly inputs: Tensors
  readonly slots: Tensors
  readonly claims?: Claims
}

/** The same, printed as its graph and its values by fast-check. */
export const printable = <Bound extends BoundComputation>(subject: Bound): Bound => {
  const text = (): string => {
    const lowered = lower(subject.computation, subject.claims ?? new Set())
    const graph = lowered._tag === "Left" ? lowered.left.message : print(lowered.right)
    const tensors = Object.entries({ ...subject.inputs, ...subject.slots })
    return ["", graph, ...tensors.map(([name, tensor]) => `${name} = ${printTensor(tensor)}`)].join("\n")
  }
  return Object.defineProperties(subject, { toString: { value: text }, [fc.toStringMethod]: { value: text } })
}
