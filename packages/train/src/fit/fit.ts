import type { Executable } from "@residual/backends"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Batch } from "../data/batch.ts"
import { DataError } from "../data/dataError.ts"
import { SettingError } from "../setting/settingError.ts"
import { checkFitOptions } from "./checkFitOptions.ts"
import { evaluate } from "./evaluate.ts"
import { finiteJson } from "./finiteJson.ts"
import type { FitError } from "./fitError.ts"
import type { EvaluationSettings, FitOptions } from "./fitOptions.ts"
import { makeSteps, type StepMaker } from "./makeStep.ts"
import { measureEvaluation, measureMemory } from "./measures.ts"
import { type AnyRate, observed } from "./rateAt.ts"
import type { Trainer } from "./trainer.ts"
import type { EventOf, TrainingEvent } from "./trainingEvent.ts"

/**
 * A training run: a stream of events that makes a step each time it is asked for the next one, from where the trainer is.
 * Stop it with `takeUntil`, log with `tap`; an interruption ends it between two steps, with everything that it has
 * learned in the Store.
 *
 * Fails with a `FitError`, a `TrainingError` for a step whose loss or gradients are not finite, which changes nothing; and as
 * its batches fail. One run at a time moves a trainer: while one is open, another one fails with a `SettingError`. Throws a
 * `SettingError` for options that make no sense.
 *
 * ```ts
 * import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
 * import * as Reference from "@residual/backends/reference"
 * import { constantRate, fit, makeTrainer, sgd, shuffledRows, tableFromCsv } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const key = HostRandom.keyFromSeed(0)
 * const events = Effect.gen(function* () {
 *   const table = yield* tableFromCsv("points", "x,y\n1,2\n2,4\n3,6\n")
 *   const trainer = yield* makeTrainer(
 *     {
 *       model: line,
 *       batch: { features: { dtype: "f32", shape: [3, 1] }, targets: { dtype: "f32", shape: [3] } },
 *       loss: (model, { features, targets }) => op.mse(op.squeeze(model(features!), 1), targets!)
 *     },
 *     { optimiser: sgd(), key }
 *   )
 *   const batches = shuffledRows(table, { features: ["x"], target: "y", batch: 3, key })
 *   return yield* Stream.runCollect(fit(trainer, { batches, rate: constantRate(0.05), steps: 20, key }))
 * })
 * const seen = await Effect.runPromise(Effect.scoped(events).pipe(Effect.provide(Reference.layer())))
 * seen.length // => 22
 * ```
 */
export const fit = <E, R>(
  trainer: Trainer,
  options: FitOptions<E, R>
): Stream.Stream<TrainingEvent, FitError | E, R> => {
  checkFitOptions(trainer, options)
  const { key, rate, skips = 0, onTaps } = options
  const events = Stream.transformPull(options.batches, (upstream) =>
    Effect.clockWith((clock) =>
      Effect.succeed(pullEvents(trainer, options, upstream, makeSteps(trainer, { key, rate, skips, onTaps }, clock)))
    )
  )
  return Stream.unwrap(Effect.as(alone(trainer), events))
}

/** Keeps other runs from a trainer, as long as the Scope. */
const alone = ({ isRunning }: Trainer): Effect.Effect<void, SettingError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      if (!isRunning.current) return Effect.sync(() => MutableRef.set(isRunning, true))
      const expected = "one whose runs have ended"
      return Effect.fail(
        new SettingError({ owner: "fit", setting: "trainer", given: "moved by another run", expected })
      )
    }),
    () => Effect.sync(() => MutableRef.set(isRunning, false))
  )

/** Some values at once, as streams hand them over. */
type Chunk<A> = readonly [A, ...ReadonlyArray<A>]

type EventPull<E, R> = Pull.Pull<Chunk<TrainingEvent>, FitError | E, void, R>

/**
 * The events of a run, one each time: what comes after one is decided when it is asked for. A step is made for one batch
 * at a time, however many the source hands over at once.
 */
const pullEvents = <E, R>(
  trainer: Trainer,
  options: FitOptions<E, R>,
  upstream: Pull.Pull<Chunk<Batch>, E, void, R>,
  make: StepMaker
): EventPull<E, R> => {
  const { steps, evaluation } = options
  const { state: held } = trainer
  let [batches, at]: [ReadonlyArray<Batch>, number] = [[], 0]

  const finish = (reason: EventOf<"finished">["reason"]): EventPull<E, R> => {
    next = Cause.done
    const { step, loss = null, seconds } = held.current
    return Effect.as(measureMemory(trainer.liveBytes), [{ event: "finished", steps: step, loss, seconds, reason }])
  }
  const told = (event: TrainingEvent | undefined): EventPull<E, R> => {
    if (event === undefined) return onward()
    next = isEvaluated(held.current.step) ? judge : onward
    return Effect.succeed([event])
  }
  const isEvaluated = (step: number): boolean =>
    evaluation !== undefined && (step % evaluation.every === 0 || step === steps)
  const judge = (): EventPull<E, R> => {
    next = onward
    return Effect.map(
      evaluated(trainer, options.rate, evaluation as EvaluationSettings<E, R>),
      (event): Chunk<TrainingEvent> => {
        if (isOver() && held.current.step < steps) next = () => finish("patience")
        return [event]
      }
    )
  }
  const ended = (): EventPull<E, R> =>
    Effect.flatMap(make.rest, (event) => {
      const { step, evaluated } = held.current
      if (step === 0) {
        return Effect.fail(new DataError({ source: "the batches of a run", reason: "there are none" }))
      }
      const isOwed = evaluation !== undefined && evaluated !== step
      onward = () => finish("data")
      if (event === undefined) return isOwed ? judge() : onward()
      next = isOwed ? judge : onward
      return Effect.succeed([event])
    })
  const goOn = (): EventPull<E, R> => {
    if (held.current.step >= steps) return finish("steps")
    const batch = batches[at++]
    if (batch !== undefined) return Effect.flatMap(make.take(batch), told)
    const more = Effect.map(upstream, (received) => {
      batches = received
      at = 0
    })
    return Pull.matchEffect(more, { onSuccess: goOn, onFailure: Effect.failCause, onDone: ended })
  }
  const isOver = (): boolean => held.current.sinceBest >= (evaluation?.patience ?? Number.POSITIVE_INFINITY)
  const start = (): EventPull<E, R> => {
    // A run that was left between a step and its evaluation goes on with that.
    const { step, evaluated } = held.current
    const isOwed = step > 0 && evaluated !== step && isEvaluated(step)
    next = isOwed ? judge : isOver() ? () => finish("patience") : goOn
    const event = { event: "started" as const, parameters: trainer.learned, from: held.current.step, steps }
    return Effect.as(measureMemory(trainer.liveBytes), [event])
  }
  let onward = goOn
  let next: () => EventPull<E, R> = start
  return Effect.suspend(() => next())
}

/** Measures a model by held-out data, and takes note of it. */
const evaluated = <E, R>(
  { evaluation: program, state: held }: Trainer,
  rate: AnyRate,
  { batches, metrics, improvement = 0 }: EvaluationSettings<E, R>
): Effect.Effect<EventOf<"evaluated">, FitError | E, R> =>
  evaluate(program as Executable, batches, metrics).pipe(
    Effect.timed,
    Effect.tap(([, { loss }]) => measureEvaluation(loss)),
    Effect.map(([elapsed, { loss, metrics }]) => {
      const state = held.current
      const { step } = state
      const best = Number.isFinite(loss) && loss < (state.best?.loss ?? Number.POSITIVE_INFINITY) - improvement
      const sinceBest = best ? 0 : state.sinceBest + 1
      MutableRef.set(held, {
        ...state,
        ...observed(rate, state, loss),
        ...(best ? { best: { step, loss } } : {}),
        sinceBest,
        evaluated: step
      })
      return {
        event: "evaluated" as const,
        step,
        loss: Number.isFinite(loss) ? loss : null,
        metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, finiteJson(value)])),
        best,
        sinceBest,
        seconds: Duration.toSeconds(elapsed)
      }
    }),
    Effect.withSpan("residual.evaluation")
  )
