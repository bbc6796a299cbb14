import { type Executable, Tensor } from "@residual/backends"
import type { HostRandom } from "@residual/core"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Tracer from "effect/Tracer"
import { type Batch, elementsOf, weightOf } from "../data/batch.ts"
import type { Optimiser, StepTime } from "../optimiser/optimiser.ts"
import { SettingError } from "../setting/settingError.ts"
import { stepScalars } from "../step/scalarInput.ts"
import { feeder } from "./feed.ts"
import type { FitError } from "./fitError.ts"
import { firstLossScale, type LossScale, nextLossScale } from "./lossScale.ts"
import { measureStep } from "./measures.ts"
import { type AnyRate, rateAt } from "./rateAt.ts"
import type { RunState } from "./runState.ts"
import { type Taps, tapsIn } from "./taps.ts"
import type { Trainer } from "./trainer.ts"
import { TrainingError } from "./trainingError.ts"
import type { EventOf } from "./trainingEvent.ts"

/** What a run tells of one step. */
export type StepEvent = EventOf<"step"> | EventOf<"skipped">

/** What a step is made with, beside its batches. */
export interface StepSettings {
  readonly key: HostRandom.HostKey
  readonly rate: AnyRate
  /** How many steps, one after the other, may be skipped since they are not finite. */
  readonly skips: number
  readonly onTaps: ((step: number, taps: Taps) => Effect.Effect<void>) | undefined
}

/** Makes a run's steps out of its batches. */
export interface StepMaker {
  /** Reads one more batch: gives what there is to tell where that makes a step. */
  readonly take: (batch: Batch) => Effect.Effect<StepEvent | undefined, FitError>
  /** Makes a step of batches that were read, and are fewer than a step is made of; there may be none. */
  readonly rest: Effect.Effect<StepEvent | undefined, FitError>
}

/** Batches that a step is being made of. */
interface Gathered {
  readonly inputs: ReadonlyArray<Readonly<Record<string, Tensor.Tensor>>>
  readonly tokens: number
  readonly seconds: number
  readonly taps: Taps
}

const nothing: Gathered = { inputs: [], tokens: 0, seconds: 0, taps: {} }

/**
 * For how many nanoseconds steps may follow one another before whatever waits for its turn has it, a signal to stop among
 * them. To ask the event loop takes as long as a small step.
 */
const longestTurn = 1_000_000n

/**
 * The steps of a run. One costs little more than its program: where it need not wait and nobody traces, everything
 * beside the program is one operation of the fiber. A step is made as a whole, with the run's state, or not at all.
 */
export const makeSteps = (trainer: Trainer, settings: StepSettings, clock: Clock.Clock): StepMaker => {
  const { state: held, gather, lossScaling } = trainer
  let turn: bigint | undefined
  let gathered = nothing
  const inputsOfStep = feeder(trainer.step)
  const inputsOfBatch = feeder(gather?.executable ?? trainer.step)

  const lossScaleOf = (state: RunState) =>
    lossScaling === undefined ? undefined : (state.lossScale ?? firstLossScale(lossScaling))
  const secondsSince = (before: bigint): number => Number(clock.monotonicTimeNanosUnsafe() - before) / 1e9

  /** Runs the program that moves the parameters, and takes note of it. */
  const make = (batch: Batch, before: bigint, sofar: Gathered): Effect.Effect<StepEvent, FitError> => {
    const state = held.current
    const step = state.step + 1
    const rate = rateAt(settings.rate, state)
    const lossScale = lossScaleOf(state)
    const scalars = scalarsOf(trainer.optimiser, { rate, step: state.updates }, step)
    if (scalars instanceof SettingError) return Effect.fail(scalars)
    const inputs = inputsOfStep(batch, { key: settings.key, step: state.step, scalars: scaledBy(lossScale, scalars) })
    const read = gather === undefined ? 1 : sofar.inputs.length
    return Effect.flatMap(trainer.step.run(inputs), (outputs) => {
      const [loss, gradientNorm] = [numberOf(outputs, "loss"), numberOf(outputs, "gradientNorm")]
      const seconds = sofar.seconds + secondsSince(before)
      const next = { ...state, step, batches: state.batches + read, seconds: state.seconds + seconds }
      const taken = numberOf(outputs, "committed") !== 0
      // A loss is never scaled when it is told, so that the scale is not at fault where it is not finite.
      const isScaled = lossScale !== undefined && (taken || Number.isFinite(loss))
      const scaled = isScaled ? { lossScale: nextLossScale(lossScaling ?? {}, lossScale, taken) } : {}
      if (taken) {
        held.current = { ...next, ...scaled, updates: state.updates + 1, skipped: 0, loss }
        const tokens = gather === undefined ? elementsOf(batch) : sofar.tokens
        const event: StepEvent = { event: "step", step, loss, gradientNorm, rate, tokens, seconds }
        if (settings.onTaps === undefined) return measureStep(event)
        const taps = gather === undefined ? tapsIn(outputs) : sofar.taps
        return Effect.flatMap(Effect.interruptible(settings.onTaps(step, taps)), () => measureStep(event))
      }
      const isScalesFault = scaled.lossScale !== undefined && scaled.lossScale.scale < (lossScale?.scale ?? 0)
      if (!isScalesFault && state.skipped >= settings.skips) {
        const failed = { step, loss, gradientNorm, rate }
        return Effect.flatMap(explained(trainer, [...sofar.inputs, inputs]), (why) =>
          Effect.fail(new TrainingError({ ...failed, ...why }))
        )
      }
      held.current = { ...next, ...scaled, skipped: isScalesFault ? 0 : state.skipped + 1 }
      const scale = scaled.lossScale === undefined ? {} : { lossScale: scaled.lossScale.scale }
      const event = { event: "skipped" as const, step, loss: finite(loss), gradientNorm: finite(gradientNorm), rate }
      return Effect.succeed<StepEvent>({ ...event, ...scale, seconds })
    })
  }

  /** Runs the program that reads one of a step's batches. */
  const collect = (executable: Executable, batch: Batch, before: bigint) => {
    const state = held.current
    const read = gathered.inputs.length
    const scalars = { [stepScalars.goesOn]: Math.min(1, read), [stepScalars.weight]: weightOf(batch) }
    const inputs = inputsOfBatch(batch, {
      key: settings.key,
      step: state.batches + read,
      scalars: scaledBy(lossScaleOf(state), scalars)
    })
    return Effect.map(executable.run(inputs), (outputs) => {
      gathered = {
        inputs: [...gathered.inputs, inputs],
        tokens: gathered.tokens + elementsOf(batch),
        seconds: gathered.seconds + secondsSince(before),
        taps: tapsIn(outputs)
      }
    })
  }

  const conclude = (before: bigint) =>
    Effect.suspend(() => {
      const all = gathered
      gathered = nothing
      return make({}, before, all)
    })

  const taken = (batch: Batch, before: bigint): Effect.Effect<StepEvent | undefined, FitError> => {
    if (gather === undefined) return whole(held.current.step + 1, make(batch, before, nothing))
    const collected = Effect.flatMap(collect(gather.executable, batch, before), () =>
      gathered.inputs.length < gather.batches ? Effect.succeed(undefined) : conclude(clock.monotonicTimeNanosUnsafe())
    )
    return whole(held.current.step + 1, collected)
  }

  return {
    take: (batch) => {
      const now = clock.monotonicTimeNanosUnsafe()
      if (turn !== undefined && now - turn < longestTurn) return taken(batch, now)
      return Effect.flatMap(Effect.yieldNow, () => {
        turn = clock.monotonicTimeNanosUnsafe()
        return taken(batch, turn)
      })
    },
    rest: Effect.suspend(() =>
      gathered.inputs.length === 0
        ? Effect.succeed(undefined)
        : whole(held.current.step + 1, conclude(clock.monotonicTimeNanosUnsafe()))
    )
  }
}

/** Why a step is not finite, as far as making it again shows. That takes long and changes nothing, so it may be interrupted. */
const explained = (
  trainer: Trainer,
  inputs: Gathered["inputs"]
): Effect.Effect<Pick<TrainingError, "report" | "unexplained">, FitError> =>
  trainer.diagnose(inputs).pipe(
    Effect.map((report) =>
      report === undefined ? { unexplained: "made again op by op, everything in it is finite" } : { report }
    ),
    // Whatever goes wrong here, a defect included, is to hide the failure of the step from nobody.
    Effect.catchCauseIf(
      (cause) => !Cause.hasInterrupts(cause),
      (cause) => Effect.succeed({ unexplained: `it could not be made again: ${messageOf(Cause.squash(cause))}` })
    ),
    Effect.withSpan("residual.diagnosis"),
    Effect.interruptible
  )

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Scalars = Readonly<Record<string, number>>

/** What the optimiser gives for a step, or why that makes no sense. */
const scalarsOf = (optimiser: Optimiser, time: StepTime, step: number): Scalars | SettingError => {
  const { rate } = time
  if (!Number.isFinite(rate)) {
    return new SettingError({
      owner: "fit",
      setting: `the rate of step ${step}`,
      given: rate,
      expected: "a finite number"
    })
  }
  try {
    return optimiser.scalars(time)
  } catch (error) {
    if (error instanceof SettingError) return error
    throw error
  }
}

const scaledBy = (lossScale: LossScale | undefined, scalars: Scalars): Scalars =>
  lossScale === undefined ? scalars : { ...scalars, [stepScalars.lossScale]: lossScale.scale }

const numberOf = (outputs: Readonly<Record<string, Tensor.Tensor>>, name: string): number =>
  Tensor.toNumber(outputs[name] as Tensor.Tensor)

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** A step that an interruption does not part from its state, and a span of it where somebody traces. */
const whole = <A, E>(step: number, made: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) => {
    const uninterrupted = Effect.uninterruptible(made)
    return isTraced(fiber) ? Effect.withSpan(uninterrupted, "residual.step", { attributes: { step } }) : uninterrupted
  })

// Nobody sees the spans of Effect's own tracer, which keeps none; making one takes as long as everything else here.
const isTraced = ({ cache: { tracer } }: Fiber.Fiber<unknown, unknown>): boolean =>
  tracer !== undefined && tracer !== Tracer.nativeTracer
