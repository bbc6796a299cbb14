import * as Stream from "effect/Stream"
import type { Bytes } from "./bytes.ts"

/**
 * Bytes at hand, or those of a text in UTF-8, with a name for errors.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * Effect.runSync(Stream.runCollect(Read.lines(Bytes.of("two lines", "one\ntwo\n")))) // => ["one", "two"]
 * ```
 */
export const of = (source: string, contents: string | Uint8Array): Bytes => ({
  source,
  stream: Stream.sync(() => (typeof contents === "string" ? new TextEncoder().encode(contents) : contents))
})
