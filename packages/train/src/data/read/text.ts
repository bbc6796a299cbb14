import * as Effect from "effect/Effect"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import { decodeUtf8 } from "./utf8.ts"

/**
 * A whole text in UTF-8, as it is but for a byte order mark at the beginning.
 *
 * Fails with a `DataError` that names the line and the byte where it is not UTF-8, and as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(Read.text(Bytes.of("greeting", "Call me Ishmael.\n"))) // => "Call me Ishmael.\n"
 * ```
 */
export const text = <R>(bytes: Bytes<R>): Effect.Effect<string, DataError, R> =>
  Effect.flatMap(collect(bytes), (all) => {
    const decoded = decodeUtf8(all)
    if ("text" in decoded) return Effect.succeed(decoded.text.replace(/^\ufeff/, ""))
    const { invalidAt: offset } = decoded
    const line = all.subarray(0, offset).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 1)
    const reason = "it is not UTF-8 here"
    return Effect.fail(new DataError({ source: bytes.source, line, offset, reason }))
  })
