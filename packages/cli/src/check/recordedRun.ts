import { ioReason } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { FailureError } from "../commandError.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))
const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Tokens = Schema.Array(Schema.Array(Natural))

/** A training run that was recorded elsewhere: the model, the optimiser, and what every step read and measured. */
const RecordedRun = Schema.Struct({
  config: Schema.Struct({
    vocabSize: Count,
    blockSize: Count,
    layers: Count,
    heads: Count,
    width: Count,
    batchSize: Count,
    layerNormEpsilon: Schema.Literal(1e-5),
    activation: Schema.Literals(["gelu", "geluTanh"]),
    tiedHead: Schema.Literal(true),
    attention: Schema.Literal("causal"),
    dropout: Schema.Literal(0)
  }),
  optimizer: Schema.Struct({
    name: Schema.Literal("adamW"),
    beta1: Schema.Finite,
    beta2: Schema.Finite,
    epsilon: Schema.Finite,
    weightDecay: Schema.Finite,
    decayed: Schema.Literal("parameters of rank 2 or more"),
    clipGlobalNorm: Schema.Finite,
    schedule: Schema.Struct({
      name: Schema.Literal("warmupCosine"),
      peak: Schema.Finite,
      floor: Schema.Finite,
      warmupSteps: Natural,
      steps: Count
    })
  }),
  steps: Schema.NonEmptyArray(
    Schema.Struct({
      x: Tokens,
      y: Tokens,
      learningRate: Schema.Finite,
      loss: Schema.Finite,
      gradientNorm: Schema.Finite
    })
  )
})

/** A training run that was recorded elsewhere. */
export type RecordedRun = typeof RecordedRun.Type

/** Reads a recorded run. Fails where the file cannot be read, or is not one. */
export const readRecordedRun = (path: string): Effect.Effect<RecordedRun, FailureError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      files.readFileString(path),
      (error) => new FailureError({ message: `${path}: cannot read it: ${ioReason(error)}` })
    )
    return yield* Effect.mapError(
      Schema.decodeEffect(Schema.fromJsonString(RecordedRun))(text),
      (error) => new FailureError({ message: `${path}: not a recorded run: ${error.message}` })
    )
  })
