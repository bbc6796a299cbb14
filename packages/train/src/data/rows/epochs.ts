import * as Stream from "effect/Stream"
import { DataError } from "../dataError.ts"

/** What rows that come again are called in errors. */
export interface EpochOptions {
  readonly source: string
}

/**
 * Rows again and again, without end: those of each epoch are read when the epoch before is over, and may be in an order of
 * its own.
 *
 * Fails with a `DataError` for an epoch without rows, and as the rows fail.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { Bytes, Read, Rows } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const names = Read.lines(Bytes.of("names", "emma\nolivia\nava\n"))
 * const key = HostRandom.keyFromSeed(0)
 * const endless = Rows.epochs(
 *   (epoch) => Rows.shuffle(names, { buffer: 100, key: HostRandom.foldIn(key, epoch) }),
 *   { source: "names" }
 * )
 * const seen = Effect.runSync(Stream.runCollect(Stream.take(endless, 6)))
 * seen.slice(3).toSorted() // => ["ava", "emma", "olivia"]
 * ```
 */
export const epochs = <A, E, R>(
  rowsOf: (epoch: number) => Stream.Stream<A, E, R>,
  { source }: EpochOptions
): Stream.Stream<A, E | DataError, R> =>
  Stream.flatMap(
    Stream.iterate(0, (epoch) => epoch + 1),
    (epoch) =>
      Stream.orElseIfEmpty(rowsOf(epoch), () =>
        Stream.fail(new DataError({ source, at: `epoch ${epoch}`, reason: "it has no rows" }))
      )
  )
