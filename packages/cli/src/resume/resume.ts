import { checkpointFolder, type FoundCheckpoint } from "@residual/train"
import * as Effect from "effect/Effect"
import { ConfigurationError, FailureError, UsageError } from "../commandError.ts"
import type { Configuration } from "../configuration/configuration.ts"
import { isSettings, type Layer, type Settings } from "../configuration/layer.ts"
import { type GivenChanges, readRun } from "../model/readRun.ts"
import { runHere } from "../run/runHere.ts"
import { stepsOf } from "../run/runSteps.ts"
import { openTask } from "../task/openTask.ts"
import { orSayWhere } from "../task/orSayWhere.ts"
import type { Task } from "../task/task.ts"

/** What `residual resume` is told. */
export interface ResumeSettings extends GivenChanges {
  readonly folder: string
  readonly json: boolean
}

/**
 * `residual resume`: goes on with a run from its latest checkpoint. What flags set goes over what the run was begun with;
 * with nothing else set, on the same device, it comes to what it would have come to without a pause, to the bit.
 */
export const resume = ({ folder, json, ...given }: ResumeSettings) =>
  Effect.gen(function* () {
    const from = yield* Effect.flatMap(checkpointFolder(folder), ({ latest }) => latest({ skipDamaged: true }))
    if (from === undefined) {
      const message = `${folder}: there are no checkpoints; residual train begins a run, and saves it where --checkpoints says`
      return yield* Effect.fail(new UsageError({ message }))
    }
    // Wherever the folder is by now, it is the one that the run goes on in.
    const { configuration, knowledge, fingerprint, changes } = yield* readRun(from, given, { checkpoints: { folder } })
    const task = yield* orSayWhere(configuration, given, "--data")(openTask(configuration, knowledge))
    yield* checkLength(configuration, task, from, changes)
    if (task.fingerprint !== fingerprint && !asksForOthers(changes.value)) {
      const message = `${from.path}: the data are not those that the run was begun with; --data says that this is meant`
      return yield* Effect.fail(new FailureError({ message }))
    }
    yield* runHere({ configuration, task, from }, { json })
  })

/** Whether other data are asked for; how long data are waited for does not make them others. */
const asksForOthers = ({ data }: Settings): boolean =>
  isSettings(data) && Object.keys(data).some((name) => name !== "timeout")

/** Fails for a run that is to end before where it is. */
const checkLength = (
  configuration: Configuration,
  task: Task,
  { path, header }: FoundCheckpoint,
  changes: Layer
): Effect.Effect<void, ConfigurationError> => {
  const { steps } = stepsOf(configuration, task)
  if (steps >= header.step) return Effect.void
  const setting = ["training", configuration.training.steps === null ? "epochs" : "steps"]
  const place = changes.whereOf(setting) ?? path
  const problem = `${place}: ${setting.join(".")}: the run is to end after step ${steps}, and has come to step ${header.step} already`
  return Effect.fail(new ConfigurationError({ problems: [problem] }))
}
