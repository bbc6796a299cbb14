import type { Backend, BackendError, Tensor } from "@residual/backends"
import type { AnyExpr } from "@residual/core"
import * as Effect from "effect/Effect"
import { type Extent, extentOf, holdsNumbers } from "./extent.ts"
import type { RunOp } from "./opPrograms.ts"
import type { Plan, Value } from "./plan.ts"

/** What a replay has seen. */
export interface Replayed {
  /** The ops that were run: all, or those up to the first root. */
  readonly ops: Plan["ops"]
  readonly extentOf: (value: Value) => Extent
  /** What a root came to, of those that were run. */
  readonly valueOf: (root: Value) => Tensor.Tensor
}

/** Gives what an input or a slot of a step holds. */
export type ReadLeaf<E> = (name: string, isSlot: boolean) => Effect.Effect<Tensor.Tensor, E>

/**
 * Runs a plan op by op, and no further than its first root where that is not finite. A value is let go once nothing is
 * to read it.
 */
export const replay = <E>(
  plan: Plan,
  read: ReadLeaf<E>,
  run: RunOp
): Effect.Effect<Replayed, BackendError | E, Backend> =>
  Effect.gen(function* () {
    const wanted = new Set(plan.roots.map(({ at }) => at))
    const held = new Map<number, ReadonlyArray<Tensor.Tensor>>()
    const extents: Array<ReadonlyArray<Extent>> = []
    const tensorOf = ({ at, output }: Value): Tensor.Tensor => held.get(at)?.[output] as Tensor.Tensor
    const extentAt = ({ at, output }: Value): Extent => extents[at]?.[output] as Extent
    for (const [at, { expr, reads }] of plan.ops.entries()) {
      const outputs = expr.op.name === "input" ? [yield* leafOf(expr, read)] : yield* run(expr, reads.map(tensorOf))
      extents.push(outputs.map(extentOf))
      held.set(at, outputs)
      for (const last of plan.expiring[at] ?? []) if (!wanted.has(last)) held.delete(last)
      if (at === plan.roots[0]?.at && !holdsNumbers(extentAt(plan.roots[0]))) break
    }
    return { ops: plan.ops.slice(0, extents.length), extentOf: extentAt, valueOf: tensorOf }
  })

/** What an input or a slot holds, as an expression of a plan names it. */
export const leafOf = <E>({ attrs }: AnyExpr, read: ReadLeaf<E>): Effect.Effect<Tensor.Tensor, E> => {
  const { name, binding } = attrs as { readonly name: string; readonly binding: "run" | "slot" }
  return read(name, binding === "slot")
}
