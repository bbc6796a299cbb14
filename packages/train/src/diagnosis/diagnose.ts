import { Backend, type BackendError, type Tensor } from "@residual/backends"
import type { Claims } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { TracedStep } from "../step/traced.ts"
import { causeOf } from "./cause.ts"
import { holdsNumbers } from "./extent.ts"
import type { Cause, NonFiniteReport, SourcedValue } from "./nonFiniteReport.ts"
import { type Plan, type PlannedOp, planOf, type Value } from "./plan.ts"
import { type ReadLeaf, type Replayed, replay } from "./replay.ts"
import { sourceBehind, sourceOf } from "./sourceOf.ts"

/** One of the programs that a step consists of, as it ran: with the inputs that it was given. */
export interface StepPart {
  readonly traced: TracedStep
  readonly inputs: Readonly<Record<string, Tensor.Tensor>>
}

/**
 * Finds out why a step is not finite: makes it again on the backend at hand, op by op and nothing fused, from what the
 * Store held before it, and reports which value was not finite first. A step of several batches is a part for each of
 * them and one more. Gives `undefined` where everything is finite this time: then it is the fused program that is not.
 *
 * Every op is compiled, run and let go by itself: it takes long, and no more memory than the values that are still to be
 * read. A composite that the backend claims is run as one op, and looked into where it is at fault. Infinite values that
 * come to nothing, as a mask's, are not reported.
 *
 * Fails as compiling and running do, and as `slots` does.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { diagnose, renderReport, sgd, traceStep } from "@residual/train"
 * import { Effect } from "effect"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.log(op.mul(x, slope)))
 * const traced = traceStep(
 *   { model: line, batch: { x: { dtype: "f32", shape: [2] } }, loss: (model, { x }) => op.mean(model(x!)) },
 *   { optimiser: sgd() }
 * )
 * const inputs = { x: Tensor.make([1, -2]) }
 * const report = diagnose([{ traced, inputs }], () => Effect.succeed(Tensor.make(3)))
 * const found = Effect.runSync(report.pipe(Effect.provide(Reference.layer({ mode: "rounded" }))))
 * found && renderReport(found).split("\n")[0]
 * // => "the forward pass became NaN in `log`, in the model's own body or the loss (f32[2]: 1 of 2 NaN, first at [1], else 1.09861)"
 * ```
 */
export const diagnose = <E>(
  parts: ReadonlyArray<StepPart>,
  slots: (name: string) => Effect.Effect<Tensor.Tensor, E>
): Effect.Effect<NonFiniteReport | undefined, BackendError | E, Backend> =>
  Effect.gen(function* () {
    const { name, claims } = yield* Backend
    const found = yield* search(parts, slots, claims)
    const isWhole = found?.value.source.kind === "op" && found.isComposite
    const within = isWhole ? yield* search(parts, slots, new Set()) : undefined
    const cause = within ?? found
    return cause && { device: name, batch: cause.batch, value: cause.value, operands: cause.operands }
  })

interface Found extends Cause, Pick<NonFiniteReport, "batch"> {
  readonly isComposite: boolean
}

const search = <E>(
  parts: ReadonlyArray<StepPart>,
  slots: (name: string) => Effect.Effect<Tensor.Tensor, E>,
  claims: Claims
): Effect.Effect<Found | undefined, BackendError | E, Backend> =>
  Effect.gen(function* () {
    const updated = new Map<string, Tensor.Tensor>()
    for (const [at, { traced, inputs }] of parts.entries()) {
      const isLast = at === parts.length - 1
      const updates = isLast ? [] : Object.entries(traced.computation.updates ?? {})
      const plan = planOf([traced.loss, ...traced.gradients, ...updates.map(([, value]) => value)], claims)
      const read: ReadLeaf<E> = (name, isSlot) => {
        const known = isSlot ? updated.get(name) : inputs[name]
        return known === undefined ? slots(name) : Effect.succeed(known)
      }
      const replayed = yield* replay(plan, read)
      const [loss, ...gradients] = plan.roots.slice(0, 1 + traced.gradients.length) as [Value, ...Array<Value>]
      const cause = causeOf(replayed, holdsNumbers(replayed.extentOf(loss)) ? gradients : [loss])
      if (cause !== undefined) {
        const batch = parts.length === 1 || isLast ? undefined : { number: at + 1, of: parts.length - 1 }
        return { ...described(plan, replayed, cause, traced), batch }
      }
      for (const [place, root] of plan.roots.slice(1 + traced.gradients.length).entries()) {
        updated.set(updates[place]?.[0] as string, replayed.valueOf(root))
      }
    }
    return undefined
  })

const described = (
  plan: Plan,
  { extentOf }: Replayed,
  value: Value,
  traced: TracedStep
): Cause & Pick<Found, "isComposite"> => {
  const { expr, reads } = plan.ops[value.at] as PlannedOp
  const operand = (read: Value): SourcedValue => ({ source: sourceBehind(plan, read, traced), extent: extentOf(read) })
  return {
    value: { source: sourceOf(plan, value, traced), extent: extentOf(value) },
    operands: reads.map(operand),
    isComposite: expr.op.kind === "composite"
  }
}
