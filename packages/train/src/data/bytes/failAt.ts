import * as Stream from "effect/Stream"
import { DataError } from "../dataError.ts"

/** Bytes that fail with a `DataError`, which tells how many of them had come; one that comes by itself tells enough. */
export const failAt = <E, R>(
  source: string,
  stream: Stream.Stream<Uint8Array, E | DataError, R>,
  reasonOf: (error: E) => string
): Stream.Stream<Uint8Array, DataError, R> =>
  Stream.suspend(() => {
    let offset = 0
    return stream.pipe(
      Stream.map((bytes) => {
        offset += bytes.length
        return bytes
      }),
      Stream.mapError((error) => {
        if (error instanceof DataError) return error
        const reason = reasonOf(error)
        return new DataError(offset === 0 ? { source, reason } : { source, offset, reason })
      })
    )
  })
