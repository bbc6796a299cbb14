import {
  type Backend,
  type BackendError,
  compile,
  MemoryError,
  makeStore,
  ProgramCache,
  type Tensor
} from "@residual/backends"
import type { AnyExpr } from "@residual/core"
import * as Effect from "effect/Effect"
import { isPending } from "../step/slotNames.ts"
import type { TracedStep } from "../step/traced.ts"
import { extentOf, holdsNumbers } from "./extent.ts"
import type { StepPart } from "./stepPart.ts"

/** The first of a step's batches that are finite. */
export interface SoundBatches {
  readonly count: number
  /** The slots that these leave to the next part. */
  readonly updated: Readonly<Record<string, Tensor.Tensor>>
}

const none: SoundBatches = { count: 0, updated: {} }

/**
 * How many of a step's batches are finite before the first that is not, each made as one program, as it was in the step: these
 * need not be looked into op by op. None where there is no room for it, or but one batch.
 */
export const soundBatches = <E>(
  parts: ReadonlyArray<StepPart>,
  slots: (name: string) => Effect.Effect<Tensor.Tensor, E>
): Effect.Effect<SoundBatches, BackendError | E, Backend> => {
  const batches = parts.slice(0, -1)
  const [first] = batches
  if (first === undefined || batches.length < 2) return Effect.succeed(none)
  const left = leftBy(first.traced)
  const decisive = Object.keys(left).filter((name) => isDecisive(first.traced, left[name] as AnyExpr))
  return Effect.gen(function* () {
    const executable = yield* compile({ outputs: { ...first.traced.computation.outputs, ...left } })
    const held: Record<string, Tensor.Tensor> = {}
    for (const { name } of executable.program.slots) held[name] = yield* slots(name)
    const store = yield* makeStore(held)
    const batch = yield* executable.bind(store)
    let updated: SoundBatches["updated"] = {}
    for (const [at, { inputs }] of batches.entries()) {
      const given = yield* batch.run(inputs, { outputs: Object.keys(left) })
      if (!decisive.every((name) => holdsNumbers(extentOf(given[name] as Tensor.Tensor)))) return { count: at, updated }
      updated = given
      yield* store.replace(given)
    }
    return { count: batches.length, updated }
  }).pipe(
    Effect.scoped,
    Effect.provide(ProgramCache.layer),
    Effect.catchIf(
      (error) => error instanceof MemoryError,
      () => Effect.succeed(none)
    )
  )
}

/** What a part puts into slots for those after it. */
export const leftBy = ({ computation }: TracedStep): Readonly<Record<string, AnyExpr>> =>
  Object.fromEntries(Object.entries(computation.updates ?? {}).filter(([name]) => isPending(name)))

const isDecisive = ({ loss, gradients }: TracedStep, value: AnyExpr): boolean =>
  value === loss || gradients.includes(value)
