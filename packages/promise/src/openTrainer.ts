import { compile, type Executable, type IdentityDifference } from "@residual/backends"
import {
  type AnyMetric,
  type Checkpoint,
  checkpointOf,
  type Evaluation,
  evaluate,
  evaluationStep,
  fit,
  makeTrainer,
  type Objective,
  type RunDescription,
  type RunState,
  resume,
  saving,
  snapshot,
  type Trainer,
  type TrainerOptions,
  type TrainingEvent
} from "@residual/train"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Abortable } from "./abortable.ts"
import { type Batches, rereadable, streamOf } from "./batches.ts"
import type { FitOptions } from "./fitOptions.ts"
import type { Lifetime } from "./lifetime.ts"
import { type BackendServices, modelOn, type OpenModel } from "./openModel.ts"

/** How a model is measured. */
export interface EvaluateOptions extends Abortable {
  readonly metrics?: ReadonlyArray<AnyMetric>
}

/** A model that is trained on a device, until it is closed. */
export interface OpenTrainer extends OpenModel {
  /** Where the run is; another one after every step. */
  readonly state: RunState
  /**
   * A run: an async iterable of its events, which makes a step each time it is asked for the next one. It goes on from
   * where the trainer is. Whoever leaves the loop stops the run between two steps, with everything that it has learned on
   * the device; a signal does so, too, and the loop then throws its reason. Either way `saving` keeps a last checkpoint,
   * and the batches' iterator is closed. One run at a time moves a trainer: while one is open, another one throws a
   * `SettingError`.
   *
   * Throws what `fit` of `@residual/train` fails with, and whatever the batches and the functions that were given throw.
   */
  readonly fit: (options: FitOptions) => AsyncIterable<TrainingEvent>
  /** The mean loss over batches, and metrics: by the objective for held-out data where there is one. */
  readonly evaluate: (batches: Batches, options?: EvaluateOptions) => Promise<Evaluation>
  /** All that a run goes on from, as it is between two steps. */
  readonly checkpoint: (described: RunDescription) => Promise<Checkpoint>
  /**
   * Puts the trainer where a checkpoint was made, and tells what differs between the devices: where nothing does, the run
   * goes on to the bit. Rejects with a `ParameterMismatch` or a `CheckpointError`, having changed nothing; `path` names the
   * checkpoint there.
   */
  readonly resume: (
    checkpoint: Checkpoint,
    options?: { readonly path?: string }
  ) => Promise<ReadonlyArray<IdentityDifference>>
}

/** Makes a trainer for a lifetime. */
export const trainerIn = async <In, Out>(
  lifetime: Lifetime<BackendServices>,
  objective: Objective<In, Out>,
  options: TrainerOptions<In, Out>
): Promise<OpenTrainer> => {
  const trainer = await lifetime.run(Effect.suspend(() => makeTrainer(objective, options)))
  const evaluation = evaluationOf(trainer, options.evaluation ?? objective)
  return {
    ...modelOn(lifetime, trainer.store),
    get state() {
      return trainer.state.current
    },
    fit: (options) => lifetime.iterate(eventsOf(trainer, options), options),
    evaluate: (batches, { metrics, ...options } = {}) =>
      lifetime.run(
        Effect.flatMap(evaluation, (executable) => evaluate(executable, streamOf(batches), metrics)),
        options
      ),
    checkpoint: (described) =>
      lifetime.run(Effect.map(snapshot(trainer), (taken) => checkpointOf(trainer, taken, described))),
    resume: (checkpoint, { path = "the checkpoint" } = {}) => lifetime.run(resume(trainer, path, checkpoint))
  }
}

/** The program that evaluates: the trainer's own, or else one of the objective that it learns by. */
const evaluationOf = <In, Out>(trainer: Trainer, objective: Objective<In, Out>) =>
  Effect.suspend(
    (): Effect.Effect<Executable, unknown, BackendServices> =>
      trainer.evaluation === undefined
        ? Effect.flatMap(compile(evaluationStep(objective)), (executable) => executable.bind(trainer.store))
        : Effect.succeed(trainer.evaluation)
  )

const eventsOf = (
  trainer: Trainer,
  { batches, evaluation, onTaps, saving: kept, signal: _, ...options }: FitOptions
): Stream.Stream<TrainingEvent, unknown> => {
  const events: Stream.Stream<TrainingEvent, unknown> = fit(trainer, {
    ...options,
    batches: streamOf(batches),
    ...(evaluation === undefined ? {} : { evaluation: { ...evaluation, batches: rereadable(evaluation.batches) } }),
    ...(onTaps === undefined ? {} : { onTaps: (step, taps) => Effect.promise(async () => onTaps(step, taps)) })
  })
  if (kept === undefined) return events
  const { save, every, from, ...described } = kept
  return events.pipe(
    saving(trainer, {
      save: (taken, best) =>
        Effect.tryPromise({
          try: () => save(checkpointOf(trainer, taken, { ...described, key: options.key }), best),
          catch: (thrown) => thrown
        }),
      ...(every === undefined ? {} : { every }),
      ...(from === undefined ? {} : { from })
    })
  )
}
