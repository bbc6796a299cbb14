import { Shape } from "@residual/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { MalformedCase } from "./caseError.ts"

const Size = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const fillsItsShape = Schema.makeFilter(
  ({ shape, data }: { readonly shape: ReadonlyArray<number>; readonly data: ReadonlyArray<unknown> }) =>
    data.length === Shape.size(shape) || `Expected ${Shape.size(shape)} elements, not ${data.length}`
)

const FloatTensor = Schema.Struct({
  shape: Schema.Array(Size),
  dtype: Schema.Literal("f64"),
  data: Schema.Array(Schema.Number)
}).check(fillsItsShape)

const IntegerTensor = Schema.Struct({
  shape: Schema.Array(Size),
  dtype: Schema.Literal("i64"),
  data: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 })))
}).check(fillsItsShape)

const CaseTensor = Schema.Union([FloatTensor, IntegerTensor])

const Contents = Schema.Struct({
  case: Schema.String,
  op: Schema.String,
  attrs: Schema.Record(Schema.String, Schema.Unknown),
  inputs: Schema.Array(CaseTensor),
  residual: FloatTensor,
  output: FloatTensor,
  grads: Schema.Array(Schema.NullOr(FloatTensor))
}).check(
  Schema.makeFilter(
    ({ inputs, grads }: { readonly inputs: ReadonlyArray<unknown>; readonly grads: ReadonlyArray<unknown> }) =>
      inputs.length === grads.length ||
      `Expected a gradient or null for each of ${inputs.length} inputs, not ${grads.length}`
  )
)

/**
 * A case of an op: inputs, the incoming residual, and what its output and outgoing residuals must be. Integers are of 64
 * bits in the file, and must fit in 32.
 *
 * ```ts
 * import { decodeOpCase } from "@residual/testing"
 * import * as Result from "effect/Result"
 * const decoded = decodeOpCase(1, "{}")
 * Result.isFailure(decoded) // => true
 * ```
 */
export interface OpCase extends Schema.Schema.Type<typeof Contents> {
  /** The line that it was read from, counted from 1. */
  readonly line: number
}

// Python writes NaN and infinities as words that JSON does not have.
const bareWord = /([[,:]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    const numbers: Readonly<Record<string, number>> = {
      "\u0000NaN": Number.NaN,
      "\u0000Infinity": Number.POSITIVE_INFINITY,
      "\u0000-Infinity": Number.NEGATIVE_INFINITY
    }
    const quoted = text.replace(bareWord, '$1"\\u0000$2"')
    return JSON.parse(quoted, (_, value) => (typeof value === "string" ? (numbers[value] ?? value) : value))
  }
}

/**
 * Reads one line of a file of op cases: a JSON object with `case`, `op`, `attrs`, `inputs`, `residual`, `output` and
 * `grads`, where a tensor is `{ shape, dtype: "f64" or "i64", data }` in row-major order. Fails with a `MalformedCase`
 * that names the line and what is wrong where.
 *
 * ```ts
 * import { decodeOpCase } from "@residual/testing"
 * import * as Result from "effect/Result"
 * const one = `{ "shape": [], "dtype": "f64", "data": [1] }`
 * const line = `{ "case": "neg-0", "op": "neg", "attrs": {}, "inputs": [${one}], "residual": ${one}, "output": ${one}, "grads": [${one}] }`
 * Result.getOrThrow(decodeOpCase(1, line)).op // => "neg"
 * ```
 */
export const decodeOpCase = (line: number, text: string): Result.Result<OpCase, MalformedCase> =>
  Result.gen(function* () {
    const contents = yield* Result.try({
      try: () => parse(text),
      catch: (error) =>
        new MalformedCase({ line, problem: `no JSON: ${error instanceof Error ? error.message : error}` })
    })
    const decoded = yield* Result.mapError(
      Schema.decodeUnknownResult(Contents)(contents),
      ({ message }) => new MalformedCase({ line, problem: message.replaceAll(/\s*\n\s*/g, " ") })
    )
    return { ...decoded, line }
  })

/**
 * Reads a file of op cases: each line that is not blank as a case, or as what is wrong with it.
 *
 * ```ts
 * import { decodeOpCases } from "@residual/testing"
 * decodeOpCases("\nno case\n").length // => 1
 * ```
 */
export const decodeOpCases = (text: string): ReadonlyArray<Result.Result<OpCase, MalformedCase>> =>
  text.split("\n").flatMap((line, at) => (line.trim() === "" ? [] : [decodeOpCase(at + 1, line)]))
