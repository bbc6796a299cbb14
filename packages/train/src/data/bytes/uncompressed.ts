import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { Bytes } from "./bytes.ts"
import { gunzip } from "./gunzip.ts"

/**
 * The same bytes; or, where they begin as those of the gzip format do, what is compressed in them, as `Bytes.gunzip` has
 * it.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(Read.text(Bytes.uncompressed(Bytes.of("plain", "text")))) // => "text"
 * ```
 */
export const uncompressed = <R>({ source, stream }: Bytes<R>): Bytes<R> => ({
  source,
  stream: Stream.unwrap(
    Effect.gen(function* () {
      const pull = yield* Stream.toPull(stream)
      const { read, isOver } = yield* beginning(pull, [])
      const first = Stream.fromIterable(read)
      const all = isOver ? first : Stream.concat(first, Stream.fromPull(Effect.succeed(pull)))
      return startsAsGzip(read) === true ? gunzip({ source, stream: all }).stream : all
    })
  )
})

const magic = [0x1f, 0x8b]

/** Whether pieces of bytes begin with gzip's magic number; undefined for too few of them to tell. */
const startsAsGzip = (pieces: ReadonlyArray<Uint8Array>): boolean | undefined => {
  const bytes = pieces.flatMap((piece) => Array.from(piece.subarray(0, magic.length))).slice(0, magic.length)
  if (bytes.some((byte, at) => byte !== magic[at])) return false
  return bytes.length === magic.length ? true : undefined
}

/** The first pieces, as many as it takes to tell what they are. */
interface Beginning {
  readonly read: ReadonlyArray<Uint8Array>
  /** No more are to come. */
  readonly isOver: boolean
}

const beginning = <E>(
  pull: Pull.Pull<ReadonlyArray<Uint8Array>, E>,
  read: ReadonlyArray<Uint8Array>
): Effect.Effect<Beginning, E> =>
  startsAsGzip(read) !== undefined
    ? Effect.succeed({ read, isOver: false })
    : Pull.matchEffect(pull, {
        onSuccess: (pieces) => beginning(pull, [...read, ...pieces]),
        onFailure: Effect.failCause,
        onDone: () => Effect.succeed({ read, isOver: true })
      })
