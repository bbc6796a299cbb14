import * as Effect from "effect/Effect"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import { decodeUtf8, scanUtf8 } from "./utf8.ts"

/**
 * A whole text in UTF-8, as it is but for a byte order mark at the beginning.
 *
 * Fails with a `DataError` that names the line and the byte where it is not UTF-8; where it is longer than texts may be, about
 * 2²⁹ characters; and as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(Read.text(Bytes.of("greeting", "Call me Ishmael.\n"))) // => "Call me Ishmael.\n"
 * ```
 */
export const text = <R>(bytes: Bytes<R>): Effect.Effect<string, DataError, R> =>
  Effect.flatMap(collect(bytes), (all) => wholeText(bytes.source, all))

/** How many units of UTF-16 a text may have, in the engine that allows the fewest. */
const longest = 2 ** 29 - 24

/** The text that all of a file's bytes are, unless it is longer than texts may be. */
export const wholeText = (source: string, all: Uint8Array, most = longest): Effect.Effect<string, DataError> => {
  if (all.length > most) {
    const { valid, length } = scanUtf8(all)
    if (valid === all.length && length > most) {
      const reason = `it has ${length} characters, and a text no more than ${most}: read it by lines`
      return Effect.fail(new DataError({ source, reason }))
    }
  }
  const decoded = decodeUtf8(all)
  if ("text" in decoded) return Effect.succeed(decoded.text.replace(/^\ufeff/, ""))
  const { invalidAt: offset } = decoded
  let line = 1
  for (let at = all.indexOf(10); at >= 0 && at < offset; at = all.indexOf(10, at + 1)) line++
  return Effect.fail(new DataError({ source, line, offset, reason: "it is not UTF-8 here" }))
}
