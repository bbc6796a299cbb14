import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DataError } from "../dataError.ts"
import type { Bytes } from "./bytes.ts"
import { failAt } from "./failAt.ts"

/**
 * What is compressed in bytes of the gzip format, decompressed piece by piece by the platform: of one member or of several
 * that follow each other, as `bgzip` and `pigz` write them, and with or without zeros at the end. Browsers decompress one
 * member, and refuse what follows it. Offsets in later errors count decompressed bytes. It fails with a `DataError` where the
 * bytes are of another format, are damaged, end early, or are followed by others.
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

/** What decompresses a stream of the platform. */
interface Decompressor {
  readonly pair: ReadableWritablePair<Uint8Array, Uint8Array>
  /** How many bytes were of the format, at the end; undefined where others are refused by it. */
  readonly taken: () => number | undefined
}

const startDecompressor = (): Decompressor => {
  // Node's modules are asked for at run time, so that bundlers for browsers never see them.
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib")
  const streams = globalThis.process?.getBuiltinModule?.("node:stream")
  if (!zlib || !streams)
    return { pair: new DecompressionStream("gzip") as Decompressor["pair"], taken: () => undefined }
  const engine = zlib.createGunzip()
  return { pair: streams.Duplex.toWeb(engine) as Decompressor["pair"], taken: () => engine.bytesWritten }
}

const decompressed = (compressed: Stream.Stream<Uint8Array, DataError>): Stream.Stream<Uint8Array, unknown> =>
  Stream.suspend(() => {
    // The platform's streams know no typed errors: one of the source is kept while it passes through them.
    let failure: DataError | undefined
    // How many bytes there are, and up to where they are more than padding.
    let [given, meant] = [0, 0]
    const watched = compressed.pipe(
      Stream.map((bytes) => {
        const last = bytes.findLastIndex((byte) => byte !== 0)
        if (last >= 0) meant = given + last + 1
        given += bytes.length
        return bytes
      }),
      Stream.tapError((error) =>
        Effect.sync(() => {
          failure = error
        })
      )
    )
    const { pair, taken } = startDecompressor()
    const contents = Stream.fromReadableStream<Uint8Array, unknown>({
      evaluate: () => Stream.toReadableStream(watched).pipeThrough(pair),
      onError: (cause) => failure ?? cause
    })
    const checked = Effect.suspend(() =>
      given === 0 || meant > (taken() ?? meant) ? Effect.fail("no gzip") : Effect.void
    )
    return Stream.concat(contents, Stream.drain(Stream.fromEffect(checked)))
  })
