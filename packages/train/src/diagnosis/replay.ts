import { type Backend, type BackendError, compile, makeStore, ProgramCache, type Tensor } from "@residual/backends"
import { type AnyExpr, apply, applyComposite, project, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import { type Extent, extentOf, holdsNumbers } from "./extent.ts"
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
 * Runs a plan, each op as a program of its own on the backend at hand, and no further than its first root where that is
 * not finite. A value is let go once nothing is to read it, and a program once it has run.
 */
export const replay = <E>(plan: Plan, read: ReadLeaf<E>): Effect.Effect<Replayed, BackendError | E, Backend> =>
  Effect.gen(function* () {
    const wanted = new Set(plan.roots.map(({ at }) => at))
    const held = new Map<number, ReadonlyArray<Tensor.Tensor>>()
    const extents: Array<ReadonlyArray<Extent>> = []
    const tensorOf = ({ at, output }: Value): Tensor.Tensor => held.get(at)?.[output] as Tensor.Tensor
    const extentAt = ({ at, output }: Value): Extent => extents[at]?.[output] as Extent
    for (const [at, { expr, reads }] of plan.ops.entries()) {
      const outputs = expr.op.name === "input" ? [yield* leafOf(expr, read)] : yield* runOp(expr, reads.map(tensorOf))
      extents.push(outputs.map(extentOf))
      held.set(at, outputs)
      for (const last of plan.expiring[at] ?? []) if (!wanted.has(last)) held.delete(last)
      if (at === plan.roots[0]?.at && !holdsNumbers(extentAt(plan.roots[0]))) break
    }
    return { ops: plan.ops.slice(0, extents.length), extentOf: extentAt, valueOf: tensorOf }
  })

const leafOf = <E>({ attrs }: AnyExpr, read: ReadLeaf<E>): Effect.Effect<Tensor.Tensor, E> => {
  const { name, binding } = attrs as { readonly name: string; readonly binding: "run" | "slot" }
  return read(name, binding === "slot")
}

/** One op on tensors, which are slots to its program: indices among them are as the step computed them. */
const runOp = (
  { op, attrs }: AnyExpr,
  operands: ReadonlyArray<Tensor.Tensor>
): Effect.Effect<ReadonlyArray<Tensor.Tensor>, BackendError, Backend> =>
  Effect.gen(function* () {
    const slots = operands.map(({ type }, at) => slot(String(at), type.shape, type))
    const applied = op.kind === "composite" ? applyComposite(op, slots, attrs) : apply(op, slots, attrs)
    const values = applied.types.length === 1 ? [applied] : applied.types.map((_, output) => project(applied, output))
    const executable = yield* compile({ outputs: byPlace(values) })
    const store = yield* makeStore(byPlace(operands))
    const outputs = yield* Effect.flatMap(executable.bind(store), (bound) => bound.run())
    return values.map((_, at) => outputs[String(at)] as Tensor.Tensor)
  }).pipe(Effect.scoped, Effect.provide(ProgramCache.layer))

const byPlace = <A>(values: ReadonlyArray<A>): Readonly<Record<string, A>> =>
  Object.fromEntries(values.map((value, at) => [String(at), value]))
