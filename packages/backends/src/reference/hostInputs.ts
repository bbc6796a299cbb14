import type { AnyExpr, TensorType } from "@residual/core"
import { type Graph, lower } from "@residual/graph"
import { InputError } from "../error/inputError.ts"
import type * as Tensor from "../tensor.ts"
import { tensorFor } from "../tensorFor.ts"
import { dataOf } from "./hostData.ts"
import type { Data } from "./value.ts"

/** Something that is given for each input that a graph reads. */
export interface Read {
  readonly name: string
  readonly type: TensorType.TensorType
}

/** Expressions as a graph with every composite inlined. Throws the `CompileError` of one that does not lower. */
export const lowered = (outputs: Readonly<Record<string, AnyExpr>>): Graph => {
  const graph = lower({ outputs }, new Set())
  if (graph._tag === "Left") throw graph.left
  return graph.right
}

/** What a graph reads; throws an `InputError` for what is given besides. */
export const readsOf = ({ nodes }: Graph, given: ReadonlyArray<string>): ReadonlyArray<Read> => {
  const reads = nodes.flatMap(({ op, attrs, types }) =>
    op === "input" ? [{ name: attrs["name"] as string, type: types[0] as TensorType.TensorType }] : []
  )
  const left = given.find((name) => !reads.some((read) => read.name === name))
  if (left !== undefined) throw new InputError({ input: left, expected: "nothing: it is not read", given: "a value" })
  return reads
}

/** The elements given for an input; throws an `InputError` where there are none, or not as many as it has. */
export const elementsFor = ({ name, type }: Read, given: Tensor.Numbers | undefined): Data<number> =>
  dataOf(tensorFor(name, type, given))
