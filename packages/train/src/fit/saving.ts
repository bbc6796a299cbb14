import type { BackendError } from "@residual/backends"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { type Snapshot, snapshot } from "./snapshot.ts"
import type { Trainer } from "./trainer.ts"
import { TrainingError } from "./trainingError.ts"
import type { EventOf, TrainingEvent } from "./trainingEvent.ts"

/** Where checkpoints of a run go, and when. */
export interface SavingOptions<E, R> {
  /** Writes what a run could go on from, and tells where; `best` says that no loss on held-out data was lower. */
  readonly save: (taken: Snapshot, best: boolean) => Effect.Effect<string, E, R>
  /** After how many steps, each time: only at the end by default. */
  readonly every?: number
  /** The checkpoint that the run goes on from, where there is one: the last one before it has saved its own. */
  readonly from?: string
}

/**
 * A run that writes checkpoints: after so many steps, after each evaluation that is the best so far, at its end, and where
 * it is interrupted or stopped. Each is told by a `saved` event; the run waits for it, so that what is written is of one
 * moment. A `TrainingError` names the last checkpoint before it. Fails as `save` does, but for what is saved when nobody asks
 * for events any longer: `save` alone learns how that went.
 *
 * ```ts
 * import type { BackendError } from "@residual/backends"
 * import { type Snapshot, saving, type Trainer, type TrainingError, type TrainingEvent } from "@residual/train"
 * import type { Effect, Stream } from "effect"
 * const saved = (
 *   trainer: Trainer,
 *   events: Stream.Stream<TrainingEvent, TrainingError>,
 *   write: (taken: Snapshot) => Effect.Effect<string>
 * ): Stream.Stream<TrainingEvent, TrainingError | BackendError> =>
 *   events.pipe(saving(trainer, { save: write, every: 100 }))
 * ```
 */
export const saving =
  <E2, R2>(trainer: Trainer, { save, every = Number.POSITIVE_INFINITY, from }: SavingOptions<E2, R2>) =>
  <E, R>(events: Stream.Stream<TrainingEvent, E, R>): Stream.Stream<TrainingEvent, E | E2 | BackendError, R | R2> =>
    Stream.suspend(() => {
      let last = { step: trainer.state.current.step, path: from }

      const saved = (best: boolean) =>
        snapshot(trainer).pipe(
          Effect.flatMap((taken) => Effect.map(save(taken, best), (path) => ({ path, step: taken.state.step }))),
          Effect.uninterruptible,
          Effect.timed,
          Effect.map(([elapsed, { path, step }]): EventOf<"saved"> => {
            last = { step, path }
            return { event: "saved", step, path, best, seconds: Duration.toSeconds(elapsed) }
          }),
          Effect.withSpan("residual.checkpoint")
        )
      const isSaved = (step = trainer.state.current.step): boolean => step === last.step

      const told = (event: TrainingEvent): Effect.Effect<ReadonlyArray<TrainingEvent>, E2 | BackendError, R2> => {
        if (event.event === "evaluated") {
          return event.best ? Effect.map(saved(true), (after) => [event, after]) : Effect.succeed([event])
        }
        if (event.event === "finished") {
          return isSaved(event.steps) ? Effect.succeed([event]) : Effect.map(saved(false), (before) => [before, event])
        }
        const isStep = event.event === "step" || event.event === "skipped"
        if (!isStep || event.step % every !== 0) return Effect.succeed([event])
        return Effect.map(saved(false), (after) => [event, after])
      }

      return events.pipe(
        Stream.mapEffect(told),
        Stream.flattenIterable,
        Stream.concat(Stream.suspend(() => (isSaved() ? Stream.empty : Stream.fromEffect(saved(false))))),
        Stream.mapError((error) => withCheckpoint(error, last.path)),
        Stream.onExit((exit) => {
          const hasFailed = Exit.isFailure(exit) && !Cause.hasInterrupts(exit.cause)
          return hasFailed || isSaved() ? Effect.void : Effect.ignore(saved(false))
        })
      )
    })

/** A failure that is a step's, with the last checkpoint before it. */
const withCheckpoint = <E>(error: E, checkpoint: string | undefined): E =>
  error instanceof TrainingError && checkpoint !== undefined
    ? // What a `TrainingError` becomes is one again, which the type of a failure in general does not say.
      (new TrainingError({ ...error, checkpoint }) as E & TrainingError)
    : error
