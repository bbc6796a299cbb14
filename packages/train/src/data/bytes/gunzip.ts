import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DataError } from "../dataError.ts"
import type { Bytes } from "./bytes.ts"
import { failAt } from "./failAt.ts"

/**
 * What is compressed in bytes of the gzip format, decompressed piece by piece by the platform. Offsets in later errors
 * count decompressed bytes. It fails with a `DataError` where the bytes are of another format, are damaged, or end early.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const text = Effect.flip(Read.text(Bytes.gunzip(Bytes.of("plain.gz", "no gzip at all"))))
 * ;(await Effect.runPromise(text)).reason // => "it is not of the gzip format, or damaged"
 * ```
 */
export const gunzip = <R>({ source, stream }: Bytes<R>): Bytes<R> => ({
  source,
  stream: failAt(
    source,
    Stream.unwrap(Effect.map(Effect.context<R>(), (context) => decompressed(Stream.provideContext(stream, context)))),
    () => "it is not of the gzip format, or damaged"
  )
})

const decompressed = (compressed: Stream.Stream<Uint8Array, DataError>): Stream.Stream<Uint8Array, unknown> =>
  Stream.suspend(() => {
    // The platform's streams know no typed errors: one of the source is kept while it passes through them.
    let failure: DataError | undefined
    const watched = Stream.tapError(compressed, (error) =>
      Effect.sync(() => {
        failure = error
      })
    )
    return Stream.fromReadableStream<Uint8Array, unknown>({
      evaluate: () => Stream.toReadableStream(watched).pipeThrough(new DecompressionStream("gzip")),
      onError: (cause) => failure ?? cause
    })
  })
