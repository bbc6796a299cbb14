import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Bytes } from "../bytes/bytes.ts"
import { DataError } from "../dataError.ts"
import { placedLines } from "./lines.ts"

/**
 * The values of newline-delimited JSON: one on each line; blank lines are left out. With a schema, each is what that makes
 * of it.
 *
 * Fails with a `DataError` that names the line and its first byte where that is not JSON or the schema does not accept it;
 * and as `Read.lines` does.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect, Schema, Stream } from "effect"
 * const bytes = Bytes.of("points", '{ "x": 1 }\n{ "x": 2 }\n{ "y": 3 }\n')
 * const Point = Schema.Struct({ x: Schema.Finite })
 * const points = Read.ndjson(bytes, { schema: Point })
 * Effect.runSync(Stream.runCollect(Stream.take(points, 2))) // => [{ x: 1 }, { x: 2 }]
 * Effect.runSync(Effect.flip(Stream.runDrain(points))).message.startsWith("points, line 3, byte 22: ") // => true
 * ```
 */
export const ndjson: {
  <R>(bytes: Bytes<R>): Stream.Stream<unknown, DataError, R>
  <A, R>(bytes: Bytes<R>, options: { readonly schema: Schema.Decoder<A> }): Stream.Stream<A, DataError, R>
} = <A, R>(
  bytes: Bytes<R>,
  { schema }: { readonly schema?: Schema.Decoder<A> } = {}
): Stream.Stream<unknown, DataError, R> => {
  const decodeValue = schema === undefined ? undefined : Schema.decodeUnknownEffect(schema)
  return placedLines(bytes).pipe(
    Stream.filter(({ text }) => text.trim() !== ""),
    Stream.mapEffect(({ text, line, offset }) => {
      const fail = (reason: string) => new DataError({ source: bytes.source, line, offset, reason })
      const parsed: Effect.Effect<unknown, DataError> = Effect.try({
        try: () => JSON.parse(text),
        catch: (cause) => fail(`it is not JSON: ${(cause as SyntaxError).message}`)
      })
      if (decodeValue === undefined) return parsed
      return Effect.flatMap(parsed, (value) => Effect.mapError(decodeValue(value), ({ message }) => fail(message)))
    })
  )
}
