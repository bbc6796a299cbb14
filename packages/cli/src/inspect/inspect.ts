import { CheckpointHeader, modelTensors, readSafetensors } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { stringify } from "yaml"
import { findCheckpoint } from "../model/findCheckpoint.ts"
import { line, Output, type Printer } from "../output.ts"
import { factsOf, TensorFacts } from "./tensorFacts.ts"

/** What `residual inspect` is told. */
export interface InspectSettings {
  readonly checkpoint: string
  readonly json: boolean
}

/** What `residual inspect --json` prints: what a checkpoint says of its run, or a file's metadata, and then each tensor. */
export const InspectEvent = Schema.Union([
  Schema.Struct({ event: Schema.Literal("checkpoint"), path: Schema.String, header: CheckpointHeader }),
  Schema.Struct({
    event: Schema.Literal("file"),
    path: Schema.String,
    metadata: Schema.Record(Schema.String, Schema.String)
  }),
  TensorFacts
])

const encode = Schema.encodeSync(InspectEvent)

/** `residual inspect`: tells what a checkpoint holds, or any other file of safetensors. */
export const inspect = ({ checkpoint, json }: InspectSettings) =>
  Effect.gen(function* () {
    const output = yield* Output
    const found = yield* Effect.result(findCheckpoint(checkpoint))
    if (Result.isSuccess(found)) {
      const { path, header, tensors } = found.success
      yield* json
        ? line(output, JSON.stringify(encode({ event: "checkpoint", path, header })))
        : output.write(headerText(path, header))
      return yield* printTensors(output, json, tensors)
    }
    const file = yield* Effect.result(readSafetensors(checkpoint))
    // What is no file of safetensors at all is better told as what a checkpoint lacks.
    if (Result.isFailure(file)) return yield* Effect.fail(found.failure)
    const { tensors, metadata } = file.success
    yield* json
      ? line(output, JSON.stringify(encode({ event: "file", path: checkpoint, metadata })))
      : output.write(section({ file: checkpoint, "no checkpoint": String(found.failure.message), metadata }))
    yield* printTensors(output, json, tensors)
  })

const section = (value: unknown): string => `${stringify(value, { lineWidth: 0, flowCollectionPadding: true })}\n`

const headerText = (path: string, header: CheckpointHeader): string => {
  const { step, updates, position, key, device, versions, run, vocabulary, configuration } = header
  const characters = vocabulary === undefined ? {} : { characters: vocabulary.characters.join("") }
  return section({
    checkpoint: path,
    step,
    updates,
    batches: position,
    key: key.join(" "),
    ...characters,
    device,
    versions,
    run,
    configuration
  })
}

/** A line for each tensor, those of the model first. */
const printTensors = (
  output: Printer,
  json: boolean,
  tensors: Readonly<Record<string, Parameters<typeof factsOf>[1]>>
) =>
  Effect.gen(function* () {
    const models = Object.keys(modelTensors(tensors))
    const others = Object.keys(tensors).filter((name) => !models.includes(name))
    const facts = [...models, ...others].flatMap((name) => {
      const tensor = tensors[name]
      return tensor === undefined ? [] : [factsOf(name, tensor)]
    })
    if (json) {
      return yield* Effect.forEach(facts, (each) => line(output, JSON.stringify(encode(each))), { discard: true })
    }
    const digits = (value: number | null): string => value?.toPrecision(4) ?? ""
    const rows = [
      ["tensor", "type", "mean", "deviation", "least", "most", ""],
      ...facts.map(({ name, type, mean, deviation, least, most, notFinite }) => [
        ...[name, type, digits(mean), digits(deviation), digits(least), digits(most)],
        notFinite === 0 ? "" : `${notFinite} not finite`
      ])
    ]
    const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
    for (const row of rows) {
      yield* line(
        output,
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()
      )
    }
  })
