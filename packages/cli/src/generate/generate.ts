import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { UsageError } from "../commandError.ts"
import type { Configuration } from "../configuration/configuration.ts"
import { openWriter } from "../generation/openWriter.ts"
import { writePieces } from "../generation/writePieces.ts"
import { writingOptions } from "../generation/writer.ts"
import { findCheckpoint } from "../model/findCheckpoint.ts"
import { openModel } from "../model/openModel.ts"
import { type GivenChanges, readRun } from "../model/readRun.ts"
import { recordOf } from "../model/runRecord.ts"
import { line, Output } from "../output.ts"
import { keysOf } from "../task/keys.ts"
import { learnerOf } from "../task/openTask.ts"
import { backendOf } from "../training/backendOf.ts"

/** What `residual generate` is told. */
export interface GenerateSettings extends GivenChanges {
  readonly checkpoint: string
  readonly json: boolean
}

/** What `residual generate --json` prints: a piece at a time as it is written, and all of it in the end. */
export const GenerateEvent = Schema.Union([
  Schema.Struct({ event: Schema.Literal("piece"), text: Schema.String }),
  Schema.Struct({ event: Schema.Literal("generated"), text: Schema.String })
])

/** `residual generate`: writes with the model of a checkpoint, as it comes. */
export const generate = ({ checkpoint, json, ...given }: GenerateSettings) =>
  Effect.gen(function* () {
    const found = yield* findCheckpoint(checkpoint)
    // Before flags are read, which say nothing to a model that cannot write.
    yield* Effect.flatMap(recordOf(found.path, found.header), ({ configuration }) => writing(found.path, configuration))
    const { configuration: changed, knowledge } = yield* readRun(found, given)
    const configuration = yield* writing(found.path, changed)
    const output = yield* Output
    const print = (event: typeof GenerateEvent.Type) => line(output, JSON.stringify(event))
    const settings = configuration.generate
    const written = Effect.gen(function* () {
      const store = yield* openModel(configuration, yield* learnerOf(configuration, knowledge), found)
      const writer = yield* openWriter(configuration, knowledge, store)
      if (writer === undefined) return
      const pieces = writer(writingOptions(settings, keysOf(configuration.seed).generation))
      if (!json) {
        return yield* writePieces(output, pieces)
      }
      const text = yield* Stream.mkString(Stream.tap(pieces, (text) => print({ event: "piece", text })))
      yield* print({ event: "generated", text })
    })
    yield* Effect.scoped(written).pipe(Effect.provide(backendOf(configuration)))
  })

type Writing = Extract<Configuration, { readonly generate: unknown }>

/** The configuration of a run whose model writes. Fails for another. */
const writing = (path: string, configuration: Configuration): Effect.Effect<Writing, UsageError> =>
  "generate" in configuration
    ? Effect.succeed(configuration)
    : Effect.fail(
        new UsageError({
          message: `${path}: a model of ${configuration.task} writes nothing; residual eval measures it`
        })
      )
