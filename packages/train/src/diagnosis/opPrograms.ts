import { type Backend, type BackendError, compile, makeStore, ProgramCache, type Tensor } from "@residual/backends"
import { type AnyExpr, apply, applyComposite, project, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

/** Runs one op by itself, on tensors: gives what each of its outputs holds. */
export type RunOp = (
  expr: AnyExpr,
  operands: ReadonlyArray<Tensor.Tensor>
) => Effect.Effect<ReadonlyArray<Tensor.Tensor>, BackendError, Backend>

/**
 * Programs of one op each, kept as long as the Scope: the layers of a model consist of the same ops, and compiling one
 * takes longer than running it. Where they leave the device no room, all are let go.
 */
export const opPrograms: Effect.Effect<RunOp, never, Backend | Scope.Scope> = Effect.gen(function* () {
  const outer = yield* Effect.scope
  const backend = yield* Effect.context<Backend>()
  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(outer)
    return { scope, cache: yield* Layer.buildWithScope(ProgramCache.layer, scope) }
  }).pipe(Effect.provide(backend))
  let held = yield* open
  return (expr, operands) => {
    const attempt = Effect.suspend(() => Effect.provide(runOp(expr, operands), held.cache))
    return Effect.catchTag(attempt, "MemoryError", () =>
      Effect.gen(function* () {
        yield* Scope.close(held.scope, Exit.void)
        held = yield* open
        return yield* attempt
      })
    )
  }
})

/** One op on tensors, which are slots to its program: indices among them are as the step computed them. */
const runOp = (
  { op, attrs }: AnyExpr,
  operands: ReadonlyArray<Tensor.Tensor>
): Effect.Effect<ReadonlyArray<Tensor.Tensor>, BackendError, Backend | ProgramCache> =>
  Effect.gen(function* () {
    const slots = operands.map(({ type }, at) => slot(String(at), type.shape, type))
    const applied = op.kind === "composite" ? applyComposite(op, slots, attrs) : apply(op, slots, attrs)
    const values = applied.types.length === 1 ? [applied] : applied.types.map((_, output) => project(applied, output))
    const executable = yield* compile({ outputs: byPlace(values) })
    const store = yield* makeStore(byPlace(operands))
    const outputs = yield* Effect.flatMap(executable.bind(store), (bound) => bound.run())
    return values.map((_, at) => outputs[String(at)] as Tensor.Tensor)
  }).pipe(Effect.scoped)

const byPlace = <A>(values: ReadonlyArray<A>): Readonly<Record<string, A>> =>
  Object.fromEntries(values.map((value, at) => [String(at), value]))
