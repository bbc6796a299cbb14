import type { BackendError } from "@residual/backends"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { checkSettings, counting } from "../setting/checkSettings.ts"
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
 * A run that writes checkpoints: after so many steps, after each evaluation that is the best so far, and where it ends,
 * however it does: with its steps, its data or whoever asks for events; by a failure, an interruption. Each but the last is told
 * by a `saved` event; the run waits for it, so that what is written is of one moment. A `TrainingError` names the last
 * checkpoint before it. Fails as `save` does, but for what is saved when nobody asks for events any longer: where that fails, a
 * warning is logged.
 *
 * Throws a `SettingError` for an `every` that is no whole number from 1 on.
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
export const saving = <E2, R2>(trainer: Trainer, options: SavingOptions<E2, R2>) => {
  if (options.every !== undefined) checkSettings("saving", { every: [counting, options.every] })
  return <E, R>(
    events: Stream.Stream<TrainingEvent, E, R>
  ): Stream.Stream<TrainingEvent, E | E2 | BackendError, R | R2> =>
    Stream.suspend(() => {
      const saver = makeSaver(trainer, options)
      const withSaves = Stream.transformPull(events, (upstream) => Effect.succeed(pullSaved(upstream, saver)))
      return withSaves.pipe(
        Stream.onExit((exit) =>
          saver.isSaved() || (Exit.isFailure(exit) && !Cause.hasInterrupts(exit.cause))
            ? Effect.void
            : Effect.ignore(saver.save(false), { log: "Warn", message: "the last checkpoint of a run is not there" })
        )
      )
    })
}

/** Saves a run, and knows what it has saved. */
interface Saver<E, R> {
  readonly save: (best: boolean) => Effect.Effect<EventOf<"saved">, E | BackendError, R>
  /** Whether there is a checkpoint of where the run is. */
  readonly isSaved: () => boolean
  /** Whether a checkpoint is to follow an event, and then whether it is the best. */
  readonly due: (event: TrainingEvent) => { readonly best: boolean } | undefined
  /** The last checkpoint. */
  readonly last: () => string | undefined
}

const makeSaver = <E, R>(
  trainer: Trainer,
  { save, every = Number.POSITIVE_INFINITY, from }: SavingOptions<E, R>
): Saver<E, R> => {
  let last = { step: trainer.state.current.step, path: from }
  const saved = Effect.fnUntraced(function* (best: boolean) {
    const taken = yield* snapshot(trainer)
    const { step } = taken.state
    const path = yield* save(taken, best)
    last = { step, path }
    return { event: "saved" as const, step, path, best }
  }, Effect.uninterruptible)
  return {
    save: (best) =>
      saved(best).pipe(
        Effect.timed,
        Effect.map(([elapsed, event]) => ({ ...event, seconds: Duration.toSeconds(elapsed) })),
        Effect.withSpan("residual.checkpoint")
      ),
    isSaved: () => trainer.state.current.step === last.step,
    due: (event) => {
      if (event.event === "evaluated") return event.best ? { best: true } : undefined
      const isStep = event.event === "step" || event.event === "skipped"
      return isStep && event.step % every === 0 ? { best: false } : undefined
    },
    last: () => last.path
  }
}

type SavedPull<E, R> = Pull.Pull<readonly [TrainingEvent, ...ReadonlyArray<TrainingEvent>], E, void, R>

/** The events of a run, one each time, and of what is saved between them: an event is told before what it lets save. */
const pullSaved = <E, R, E2, R2>(
  upstream: SavedPull<E, R>,
  { save, isSaved, due, last }: Saver<E2, R2>
): SavedPull<E | E2 | BackendError, R | R2> => {
  let [events, at]: [ReadonlyArray<TrainingEvent>, number] = [[], 0]
  let owed: { readonly best: boolean } | undefined

  const saved = (best: boolean) => Effect.map(save(best), (event): readonly [TrainingEvent] => [event])
  /** What is left to save where the run ends, before that is told. */
  const ended = (): SavedPull<E2 | BackendError, R2> => (isSaved() ? Cause.done() : saved(false))
  const failed = (cause: Cause.Cause<E>): Effect.Effect<never, E | E2 | BackendError, R2> =>
    (isSaved() || Cause.hasInterrupts(cause) ? Effect.void : Effect.ignore(save(false))).pipe(
      Effect.andThen(Effect.suspend(() => Effect.failCause(Cause.map(cause, (error) => withCheckpoint(error, last())))))
    )
  const next: SavedPull<E | E2 | BackendError, R | R2> = Effect.suspend(() => {
    if (owed !== undefined) {
      const { best } = owed
      owed = undefined
      return saved(best)
    }
    const event = events[at]
    if (event === undefined) {
      const more = Effect.map(upstream, (received) => {
        events = received
        at = 0
      })
      return Pull.matchEffect(more, { onSuccess: () => next, onFailure: failed, onDone: ended })
    }
    if (event.event === "finished" && !isSaved()) return saved(false)
    at++
    owed = due(event)
    return Effect.succeed([event] as const)
  })
  return next
}

/** A failure that is a step's, with the last checkpoint before it. */
const withCheckpoint = <E>(error: E, checkpoint: string | undefined): E =>
  error instanceof TrainingError && checkpoint !== undefined
    ? // What a `TrainingError` becomes is one again, which the type of a failure in general does not say.
      (new TrainingError({ ...error, checkpoint }) as E & TrainingError)
    : error
