import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { between } from "../arbitrary/domain.ts"
import { integerTensor, tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

interface Layer {
  readonly x: AnyExpr
  readonly w: AnyExpr
}

/** A layer of which a part is computed again by the backward pass of what is computed again. */
const layer = ({ x, w }: Layer): AnyExpr => {
  const inner = op.recompute(({ x, w }: Layer) => op.tanh(op.matmul(x, w)))({ x, w })
  return op.add(x, op.mul(inner, op.sigmoid(x)))
}

const operands = { x: tensor([2, 3], between(-2, 2)), w: tensor([3, 3], between(-1, 1)) }

/** Rows of recomputation, and of the barrier that it is built on. */
export const recomputationLaws: ReadonlyArray<Law> = [
  {
    op: "barrier",
    variant: "after another value",
    cases: fc
      .record({ x: tensor([2, 3]), before: tensor([2, 3]) })
      .map((inputs) => lawCase(inputs, ({ x, before }) => op.barrier(x, { after: [before] })))
  },
  {
    op: "recompute",
    cases: fc.record(operands).map((inputs) => lawCase(inputs, op.recompute(layer)))
  },
  {
    op: "recompute",
    variant: "of several values, one after the other",
    cases: fc.record(operands).map((inputs) =>
      lawCase(inputs, ({ x, w }) => {
        const both = op.recompute(({ x, w }: Layer) => [layer({ x, w }), op.sum(op.sin(x))] as const)
        const [first, sum] = both({ x, w })
        const [second] = both({ x: op.mul(first, sum), w })
        return [second, sum]
      })
    )
  },
  {
    op: "recompute",
    variant: "of a random draw",
    cases: fc.record({ ...operands, key: integerTensor([2], 0, 2 ** 31 - 1, "u32") }).map((inputs) =>
      lawCase(
        inputs,
        op.recompute(({ x, w, key }: Layer & { readonly key: AnyExpr }) =>
          op.square(op.dropout(layer({ x, w }), { rate: 0.5, key }))
        )
      )
    )
  }
]
