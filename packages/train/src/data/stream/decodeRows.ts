import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { DataError } from "../dataError.ts"
import { type Decoded, decode } from "./decode.ts"

/** What is made of a stream's elements, and what tells of one that nothing can be made of. */
export interface RowDecoder<A, B> {
  readonly decode: (element: A) => Effect.Effect<B, Schema.SchemaError>
  readonly fail: (element: A, message: string) => DataError
}

/**
 * What a schema makes of a stream's elements: those that come together are decoded together, without a step of the stream
 * for each. What comes before one that fails is handed on first.
 */
export const decodeRows = <A, B, R>(
  rows: Stream.Stream<A, DataError, R>,
  { decode: decodeRow, fail }: RowDecoder<A, B>
): Stream.Stream<B, DataError, R> =>
  decode(
    Stream.mapArrayEffect(rows, (elements) =>
      Effect.gen(function* () {
        const values: Array<B> = []
        for (const element of elements) {
          const made = decodeRow(element)
          // Schemas that wait for nothing have decoded by now.
          const exit = Exit.isExit(made) ? (made as Exit.Exit<B, Schema.SchemaError>) : yield* Effect.exit(made)
          if (Exit.isSuccess(exit)) {
            values.push(exit.value)
            continue
          }
          const failure = Cause.findError(exit.cause)
          if (Result.isFailure(failure)) return yield* Effect.failCause(failure.failure)
          return [{ values, failure: fail(element, failure.success.message) }] as const
        }
        return [{ values }] as const
      })
    ),
    () => ({ push: (decoded: Decoded<B>) => decoded, end: () => ({ values: [] }) })
  )
