import { assert } from "@effect/vitest"
import { type Backend, type BackendError, Tensor } from "@residual/backends"
import { type AnyExpr, type DType, input, Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import type { Judge } from "../judge/judge.ts"
import { runComputation } from "../judge/runComputation.ts"

/** Expressions by name. */
export type Exprs = Readonly<Record<string, AnyExpr>>

/** A tensor that is computed with: its elements are on a grid where it does not say which they are. */
export interface Operand {
  readonly shape: Shape.Shape
  readonly dtype?: DType.DType
  readonly values?: ReadonlyArray<number>
}

/** Numbers on a grid that repeats after a prime number of elements: sums of their products are exact in 32 bits. */
const onGrid = ({ shape, dtype = "f32" }: Operand): ReadonlyArray<number> =>
  Array.from({ length: Shape.size(shape) }, (_, at) => {
    const whole = ((at * 7) % 23) - 11
    if (dtype === "bool") return Math.abs(whole % 2)
    if (dtype === "u32") return Math.abs(whole)
    return dtype === "i32" ? whole : whole / 8
  })

/** What a judge must find right: expressions of operands, computed on the backend at hand. */
export type Holds = (
  operands: Readonly<Record<string, Operand>>,
  compose: (inputs: Exprs) => Exprs
) => Effect.Effect<void, BackendError, Backend>

/** Fails where an element is none that is permitted, or where a judge cannot tell. */
export const holdsBy =
  (judge: Judge): Holds =>
  (operands, compose) => {
    const inputs = Object.fromEntries(
      Object.entries(operands).map(([name, { shape, dtype = "f32" }]) => [name, input(name, shape, { dtype })])
    )
    const tensors = Object.fromEntries(
      Object.entries(operands).map(([name, operand]) => [
        name,
        Tensor.make(operand.values ?? onGrid(operand), { shape: operand.shape, dtype: operand.dtype ?? "f32" })
      ])
    )
    const outputs = compose(inputs)
    return Effect.map(runComputation({ outputs }, tensors, {}), (found) => {
      const { defect, elements, decided } = judge({ outputs }, tensors, found)
      assert.strictEqual(defect, undefined)
      assert.strictEqual(decided, elements)
    })
  }

/** Expressions under the numbers of their places. */
export const named = (exprs: ReadonlyArray<AnyExpr>): Exprs =>
  Object.fromEntries(exprs.map((expr, at) => [`${at}`, expr]))
