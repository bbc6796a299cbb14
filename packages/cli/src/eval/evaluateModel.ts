import { compile } from "@residual/backends"
import { evaluate, evaluationStep, Samples } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FailureError, UsageError } from "../commandError.ts"
import type { Configuration } from "../configuration/configuration.ts"
import { findCheckpoint } from "../model/findCheckpoint.ts"
import { openModel } from "../model/openModel.ts"
import { type GivenChanges, readRun } from "../model/readRun.ts"
import { recordOf } from "../model/runRecord.ts"
import { line, Output } from "../output.ts"
import { counted } from "../run/counted.ts"
import { metricsText } from "../run/metricsText.ts"
import { openTask } from "../task/openTask.ts"
import { orSayWhere } from "../task/orSayWhere.ts"
import { evaluationOf, type Task } from "../task/task.ts"
import { backendOf } from "../training/backendOf.ts"

/** What `residual eval` is told. */
export interface EvalSettings extends GivenChanges {
  readonly checkpoint: string
  readonly all: boolean
  readonly json: boolean
}

/** What `residual eval --json` prints. */
export const EvalEvent = Schema.Struct({
  event: Schema.Literal("measured"),
  checkpoint: Schema.String,
  step: Schema.Int,
  samples: Schema.Int,
  /** `null` where it is not a finite number. */
  loss: Schema.NullOr(Schema.Finite),
  metrics: Schema.Record(Schema.String, Schema.Json)
})

/**
 * `residual eval`: measures the model of a checkpoint by the data that its run has held out, or by others. Refuses to
 * measure as held out what may have been learned from.
 */
export const evaluateModel = ({ checkpoint, all, json, ...given }: EvalSettings) =>
  Effect.gen(function* () {
    const found = yield* findCheckpoint(checkpoint)
    const begun = yield* recordOf(found.path, found.header)
    // A folder of images has tests of its own.
    const isWhole = all || (given.data !== undefined && begun.configuration.task !== "images")
    const { configuration, knowledge, fingerprint } = yield* readRun(found, given, isWhole ? nothingHeldOut : {})
    if (!isWhole) yield* holdsOutTheSame(found.path, begun.configuration, configuration)
    const task = yield* orSayWhere(configuration, given, "--set data.path=…")(openTask(configuration, knowledge))
    const samples = yield* samplesOf(task, isWhole)
    const output = yield* Output
    const { batch } = configuration.training
    const measured = Effect.gen(function* () {
      const store = yield* openModel(configuration, task, found)
      if (!isWhole && given.data === undefined && task.fingerprint !== fingerprint) {
        const message = `${found.path}: the data are not those that its run has held some of out; ${otherMeasures}`
        return yield* Effect.fail(new FailureError({ message }))
      }
      const program = yield* compile(evaluationStep(evaluationOf(task, samples, batch)))
      const batches = Samples.orderedBatches(samples, { batch })
      const shown = json
        ? batches
        : counted(batches, { of: Math.ceil(samples.count / batch), doing: "measuring", output })
      return yield* evaluate(yield* program.bind(store), shown, task.metrics)
    })
    const { loss, metrics } = yield* Effect.scoped(measured).pipe(Effect.provide(backendOf(configuration)))
    const { path, header } = found
    const event = { checkpoint: path, step: header.step, samples: samples.count, metrics }
    yield* line(
      output,
      json
        ? JSON.stringify(
            Schema.encodeSync(EvalEvent)({ event: "measured", ...event, loss: Number.isFinite(loss) ? loss : null })
          )
        : `${path}, step ${header.step}: loss ${loss.toFixed(4)}${metricsText(metrics)} over ${samples.count} samples`
    )
  })

/** What a run is like that holds nothing out, and so measures nothing on its way. */
const nothingHeldOut = { data: { held: 0 }, training: { evaluateEvery: null, earlyStopping: null } }

const otherMeasures = "--all measures all that there are, --data others"

/** Fails where other data would be held out than the run has held out, some of which it has learned from. */
const holdsOutTheSame = (path: string, begun: Configuration, here: Configuration) => {
  const settings = [
    ["data.held", begun.data.held, here.data.held],
    ["seed", begun.seed, here.seed]
  ] as const
  const [other] = settings.filter(([, before, now]) => before !== now)
  if (other === undefined) return Effect.void
  const [name, before, now] = other
  const message = `${path}: ${name} was ${before} in its run, with ${now} some of what it has learned from would be held out; ${otherMeasures}`
  return Effect.fail(new UsageError({ message }))
}

const samplesOf = (task: Task, isWhole: boolean) => {
  if (isWhole) return task.everything
  if (task.held !== undefined) return Effect.succeed(task.held)
  const message = "its run has held no data out: --all measures those that it has learned from, --data others"
  return Effect.fail(new UsageError({ message }))
}
