import { Backend, type BackendError, type Tensor } from "@residual/backends"
import type { Claims } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TracedStep } from "../step/traced.ts"
import { causeOf } from "./cause.ts"
import { holdsNumbers } from "./extent.ts"
import { givenNan } from "./givenNan.ts"
import type { Cause, NonFiniteReport, SourcedValue } from "./nonFiniteReport.ts"
import { opPrograms, type RunOp } from "./opPrograms.ts"
import { type Plan, type PlannedOp, planOf, type Value } from "./plan.ts"
import { type ReadLeaf, type Replayed, replay } from "./replay.ts"
import { leftBy, soundBatches } from "./soundBatches.ts"
import { sourceBehind, sourceOf } from "./sourceOf.ts"
import type { StepPart } from "./stepPart.ts"

export type { StepPart }

/**
 * Finds out why a step is not finite: makes it again on the backend at hand, op by op and nothing fused, from what the
 * Store held before it, and reports which value was not finite first. A step of several batches is a part for each of
 * them and one more. Gives `undefined` where everything is finite this time: then it is the fused program that is not.
 *
 * NaN among what the step was given is looked for first, and nothing is run where that is the fault. Otherwise every op
 * is run by itself, up to the loss where that is not finite: it takes much longer than the step, and memory for a program
 * of each kind of op beside the values that are still to be read. The batches of a step before the one at fault are made as
 * one program each. A composite that the backend claims is run as one op, and looked into where it is at fault. Infinite
 * values that come to nothing, as a mask's, are not reported.
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
    const cause = (yield* firstGiven(parts, slots)) ?? (yield* firstComputed(parts, slots, claims))
    return cause && { device: name, ...cause }
  }).pipe(Effect.scoped)

type Found = Omit<NonFiniteReport, "device">

type Slots<E> = (name: string) => Effect.Effect<Tensor.Tensor, E>

/** The first NaN that any of the parts was given. */
const firstGiven = <E>(parts: ReadonlyArray<StepPart>, slots: Slots<E>): Effect.Effect<Found | undefined, E> =>
  Effect.gen(function* () {
    const plans = new Map<TracedStep, Plan>()
    for (const [at, { traced, inputs }] of parts.entries()) {
      const plan = plans.get(traced) ?? planOf([traced.loss], new Set())
      plans.set(traced, plan)
      const isOwn = (name: string): boolean => at === 0 && (traced.parameters.has(name) || traced.states.has(name))
      const given = yield* givenNan(plan, readFrom(inputs, new Map(), slots), isOwn)
      if (given === undefined) continue
      const value = { source: sourceOf(plan, given.value, traced), extent: given.extent }
      return { value, operands: [], batch: batchAt(parts, at) }
    }
    return undefined
  })

/** The first value that became so, of the first part that has any. */
const firstComputed = <E>(
  parts: ReadonlyArray<StepPart>,
  slots: Slots<E>,
  claims: Claims
): Effect.Effect<Found | undefined, BackendError | E, Backend | Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* opPrograms
    const sound = yield* soundBatches(parts, slots)
    const updated = new Map(Object.entries(sound.updated))
    const plans = new Map<TracedStep, StepPlan>()
    for (const [at, { traced, inputs }] of parts.entries()) {
      if (at < sound.count) continue
      const planned = plans.get(traced) ?? planStep(traced, claims)
      plans.set(traced, planned)
      const read = readFrom(inputs, updated, slots)
      const replayed = yield* replay(planned.plan, read, run)
      const value = decisive(planned, replayed)
      if (value !== undefined) {
        const found = described(planned.plan, replayed, value, traced)
        const isWhole = planned.plan.ops[value.at]?.expr.op.kind === "composite"
        const within = isWhole ? yield* lookInto(traced, read, run) : undefined
        return { ...(within ?? found), batch: batchAt(parts, at) }
      }
      for (const [name, root] of planned.updates) updated.set(name, replayed.valueOf(root))
    }
    return undefined
  })

/** The cause in a part of which the backend computes nothing as one op. */
const lookInto = <E>(
  traced: TracedStep,
  read: ReadLeaf<E>,
  run: RunOp
): Effect.Effect<Cause | undefined, BackendError | E, Backend> =>
  Effect.gen(function* () {
    const planned = planStep(traced, new Set())
    const replayed = yield* replay(planned.plan, read, run)
    const value = decisive(planned, replayed)
    return value && described(planned.plan, replayed, value, traced)
  })

/** The plan of a part, and where it has what decides whether the step counts, and what the parts after it read. */
interface StepPlan {
  readonly plan: Plan
  readonly loss: Value
  readonly gradients: ReadonlyArray<Value>
  readonly updates: ReadonlyArray<readonly [slot: string, value: Value]>
}

const planStep = (traced: TracedStep, claims: Claims): StepPlan => {
  const { loss, gradients } = traced
  const updates = Object.entries(leftBy(traced))
  const plan = planOf([loss, ...gradients, ...updates.map(([, value]) => value)], claims)
  const [first, ...others] = plan.roots as [Value, ...Array<Value>]
  const slots = others.slice(gradients.length)
  return {
    plan,
    loss: first,
    gradients: others.slice(0, gradients.length),
    updates: updates.map(([name], at) => [name, slots[at] as Value])
  }
}

const decisive = ({ loss, gradients }: StepPlan, replayed: Replayed): Value | undefined =>
  causeOf(replayed, holdsNumbers(replayed.extentOf(loss)) ? gradients : [loss])

const readFrom =
  <E>(inputs: StepPart["inputs"], updated: ReadonlyMap<string, Tensor.Tensor>, slots: Slots<E>): ReadLeaf<E> =>
  (name, isSlot) => {
    const known = isSlot ? updated.get(name) : inputs[name]
    return known === undefined ? slots(name) : Effect.succeed(known)
  }

/** Which of a step's batches a part is, where it has several and it is one. */
const batchAt = (parts: ReadonlyArray<StepPart>, at: number): Found["batch"] =>
  at === parts.length - 1 ? undefined : { number: at + 1, of: parts.length - 1 }

const described = (plan: Plan, { extentOf }: Replayed, value: Value, traced: TracedStep): Cause => {
  const { reads } = plan.ops[value.at] as PlannedOp
  const operand = (read: Value): SourcedValue => ({ source: sourceBehind(plan, read, traced), extent: extentOf(read) })
  return {
    value: { source: sourceOf(plan, value, traced), extent: extentOf(value) },
    operands: reads.map(operand)
  }
}
