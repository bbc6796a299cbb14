import { type BackendError, Tensor } from "@residual/backends"
import type { HostRandom } from "@residual/core"
import { Clock, Effect, Metric, Stream } from "effect"
import type { Batch } from "../data/batch.ts"
import type { Rate } from "../rate/rate.ts"
import { evaluateLoss } from "./evaluate.ts"
import { elementsOf, feed } from "./feed.ts"
import type { Trainer } from "./trainer.ts"
import { TrainingError } from "./trainingError.ts"
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

type StepEvent = Extract<TrainingEvent, { readonly event: "step" }>

const loss = Metric.gauge("residual_training_loss")
const gradientNorm = Metric.gauge("residual_training_gradient_norm")
const learnedElements = Metric.counter("residual_training_elements")

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
  Stream.suspend(() => {
    const { evaluation, steps, from = 0 } = options
    let [last, seconds] = [{ step: from, loss: 0 }, 0]
    const made = options.batches.pipe(
      // A step is made for one batch at a time, however many the source hands over at once.
      Stream.rechunk(1),
      Stream.take(Math.max(0, steps - from)),
      Stream.mapAccum(
        () => from,
        (step, batch) => [step + 1, [{ step, batch }]] as const
      ),
      Stream.mapEffect(({ step, batch }) => makeStep(trainer, options, step, batch)),
      Stream.tap((event) =>
        Effect.sync(() => {
          last = event
          seconds += event.seconds
        })
      )
    )
    const events =
      evaluation === undefined || trainer.evaluation === undefined
        ? made
        : evaluated(trainer.evaluation, evaluation, steps, made)
    const started: TrainingEvent = { event: "started", parameters: trainer.learned, from, steps }
    const finished = Stream.suspend(() =>
      Stream.succeed<TrainingEvent>({ event: "finished", steps: last.step, loss: last.loss, seconds })
    )
    return Stream.succeed<TrainingEvent>(started).pipe(Stream.concat(events), Stream.concat(finished))
  })

const makeStep = <E, R>(
  { step: executable }: Trainer,
  { key, rate: rateAt }: FitOptions<E, R>,
  step: number,
  batch: Batch
): Effect.Effect<StepEvent, TrainingError | BackendError> =>
  Effect.gen(function* () {
    // Lets whatever waits for its turn have it, a signal to stop among them.
    yield* Effect.yieldNow
    const before = yield* Clock.currentTimeNanos
    const rate = rateAt(step)
    const outputs = yield* executable.run(feed(executable, batch, { key, rate, step }))
    const number = (name: string): number => Tensor.toNumber(outputs[name] as Tensor.Tensor)
    const seconds = Number((yield* Clock.currentTimeNanos) - before) / 1e9
    const measured = { step: step + 1, loss: number("loss"), gradientNorm: number("gradientNorm"), rate }
    if (number("committed") === 0) return yield* Effect.fail(new TrainingError(measured))
    const tokens = elementsOf(batch)
    yield* Metric.update(loss, measured.loss)
    yield* Metric.update(gradientNorm, measured.gradientNorm)
    yield* Metric.update(learnedElements, tokens)
    return { event: "step" as const, ...measured, tokens, seconds }
  }).pipe(Effect.withSpan("residual.step", { attributes: { step: step + 1 } }))

/** Steps with evaluations among them: after each `every` steps, and after the last one. */
const evaluated = <E, E2, R>(
  executable: NonNullable<Trainer["evaluation"]>,
  { every, batches }: { readonly every: number; readonly batches: Stream.Stream<Batch, E, R> },
  steps: number,
  made: Stream.Stream<StepEvent, E2, R>
): Stream.Stream<TrainingEvent, BackendError | E | E2, R> =>
  Stream.flatMap(made, (event): Stream.Stream<TrainingEvent, BackendError | E, R> => {
    const { step } = event
    if (step % every !== 0 && step !== steps) return Stream.succeed(event)
    const evaluation = Effect.map(evaluateLoss(executable, batches), (loss) => ({
      event: "evaluated" as const,
      step,
      loss
    }))
    return Stream.concat(Stream.succeed(event), Stream.fromEffect(evaluation))
  })
