import type * as Stream from "effect/Stream"
import type { DataError } from "../dataError.ts"

/**
 * Bytes that can be read from the beginning, as often as one likes, and what they are called in errors: a file, what an
 * address holds, or text at hand. Readers (`Read`) make rows and arrays of them.
 *
 * ```ts
 * import type { Bytes } from "@residual/train"
 * import { Stream } from "effect"
 * const three: Bytes.Bytes = { source: "three bytes", stream: Stream.make(Uint8Array.of(1, 2), Uint8Array.of(3)) }
 * three.source // => "three bytes"
 * ```
 */
export interface Bytes<R = never> {
  readonly source: string
  readonly stream: Stream.Stream<Uint8Array, DataError, R>
}
