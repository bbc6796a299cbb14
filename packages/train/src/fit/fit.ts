import type { BackendError, Executable } from "@residual/backends"
import type { HostRandom } from "@residual/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { Batch } from "../data/batch.ts"
import type { Rate } from "../rate/rate.ts"
import { evaluateLoss } from "./evaluate.ts"
import { type MakeStep, makeStep } from "./makeStep.ts"
import type { Trainer } from "./trainer.ts"
import type { TrainingError } from "./trainingError.ts"
import type { TrainingEvent } from "./trainingEvent.ts"

/** How a run goes. */
export interface FitOptions<E, R> {
  /** A batch for each step. A run that goes on from another starts its batches there, too. */
  readonly batches: Stream.Stream<Batch, E, R>
  readonly rate: Rate
  /** The number of the last step; a run also ends with its batches. */
  readonly steps: number
  /** What the steps' random draws derive from. */
  readonly key: HostRandom.HostKey
  /** How many steps were made before: 0 by default. */
  readonly from?: number
  /** Held-out batches, and after how many steps they are evaluated each time. */
  readonly evaluation?: { readonly every: number; readonly batches: Stream.Stream<Batch, E, R> }
}

/**
 * A training run: a stream of events that makes a step each time it is asked for the next one. Stop it with `takeUntil`,
 * log with `tap`; an interruption ends it between two steps, with everything that it has learned in the Store.
 *
 * Fails with a `TrainingError` for a step whose loss or gradients are not finite, which changes nothing; with a
 * `BackendError`; and as its batches fail.
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
): Stream.Stream<TrainingEvent, TrainingError | BackendError | E, R> =>
  Stream.transformPull(options.batches, (upstream) =>
    Effect.clockWith((clock) =>
      Effect.succeed(pullEvents(trainer, options, upstream, makeStep(trainer, options, clock)))
    )
  )

/** Some values at once, as streams hand them over. */
type Chunk<A> = readonly [A, ...ReadonlyArray<A>]

type EventPull<E, R> = Pull.Pull<Chunk<TrainingEvent>, TrainingError | BackendError | E, void, R>

/**
 * The events of a run, one each time: what comes after one is decided when it is asked for. A step is made for one batch
 * at a time, however many the source hands over at once.
 */
const pullEvents = <E, R>(
  trainer: Trainer,
  options: FitOptions<E, R>,
  upstream: Pull.Pull<Chunk<Batch>, E, void, R>,
  make: MakeStep
): EventPull<E, R> => {
  const { steps, from = 0, evaluation } = options
  let [batches, at]: [ReadonlyArray<Batch>, number] = [[], 0]
  let [made, last, seconds] = [from, { step: from, loss: 0 }, 0]

  const finish = (): EventPull<E, R> => {
    next = Cause.done
    return Effect.succeed([{ event: "finished", steps: last.step, loss: last.loss, seconds }])
  }
  const step = (batch: Batch): EventPull<E, R> =>
    Effect.map(make(made, batch), (event) => {
      made++
      last = event
      seconds += event.seconds
      if (isEvaluated(event.step)) next = evaluate
      return [event]
    })
  const isEvaluated = (step: number): boolean =>
    evaluation !== undefined && trainer.evaluation !== undefined && (step % evaluation.every === 0 || step === steps)
  const evaluate = (): EventPull<E, R> => {
    next = goOn
    const held = evaluation as NonNullable<typeof evaluation>
    return Effect.map(evaluateLoss(trainer.evaluation as Executable, held.batches), (loss) => [
      { event: "evaluated", step: last.step, loss }
    ])
  }
  const goOn = (): EventPull<E, R> => {
    if (made >= steps) return finish()
    const batch = batches[at++]
    if (batch !== undefined) return step(batch)
    const more = Effect.map(upstream, (received) => {
      batches = received
      at = 0
    })
    return Pull.matchEffect(more, { onSuccess: goOn, onFailure: Effect.failCause, onDone: finish })
  }
  const start = (): EventPull<E, R> => {
    next = goOn
    return Effect.succeed([{ event: "started", parameters: trainer.learned, from, steps }])
  }
  let next = start
  return Effect.suspend(() => next())
}
