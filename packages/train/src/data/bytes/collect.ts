import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DataError } from "../dataError.ts"
import type { Bytes } from "./bytes.ts"

/**
 * All bytes at once, for formats that cannot be read piece by piece.
 *
 * ```ts
 * import { Bytes } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(Bytes.collect(Bytes.of("text", "hi"))) // => Uint8Array.of(104, 105)
 * ```
 */
export const collect = <R>({ stream }: Bytes<R>): Effect.Effect<Uint8Array<ArrayBuffer>, DataError, R> =>
  Effect.map(Stream.runCollect(stream), join)

/** Pieces one after the other, in memory of their own. */
export const join = (pieces: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
