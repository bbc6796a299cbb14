import { HostRandom } from "@residual/core"
import type * as Stream from "effect/Stream"
import { checkSettings, counting } from "../../setting/checkSettings.ts"
import type { DataError } from "../dataError.ts"
import { type Decoder, decode } from "../stream/decode.ts"

/** How rows are shuffled. */
export interface RowShuffleOptions {
  /** How many rows are held in memory, of which the next one is drawn. */
  readonly buffer: number
  readonly key: HostRandom.HostKey
}

/** A place of so many, drawn for a position. */
const place = (key: HostRandom.HostKey, position: number, count: number): number =>
  Math.floor((HostRandom.uniform(HostRandom.foldIn(key, position), 1)[0] as number) * count)

const shuffler = <A>({ buffer, key }: RowShuffleOptions): Decoder<A, A> => {
  const held: Array<A> = []
  let given = 0
  return {
    push: (row) => {
      if (held.length < buffer) {
        held.push(row)
        return { values: [] }
      }
      const at = place(key, given++, buffer)
      const drawn = held[at] as A
      held[at] = row
      return { values: [drawn] }
    },
    end: () => {
      const values: Array<A> = []
      while (held.length > 0) {
        const at = place(key, given++, held.length)
        values.push(held[at] as A)
        held[at] = held.at(-1) as A
        held.pop()
      }
      return { values }
    }
  }
}

/**
 * Rows in another order, of which no more than a buffer's are ever in memory: each is drawn from those in the buffer, and
 * the row that comes next takes its place. The order is the same for the same rows, buffer and key. A buffer of all rows
 * makes every order equally likely; in a small one, rows stay near where they were, so rows that are sorted (by class, say)
 * stay so, roughly. `Samples` are shuffled whole. Throws a `SettingError` for a buffer that is no whole number of rows from 1.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { Rows } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const shuffled = Rows.shuffle(Stream.range(1, 100), { buffer: 10, key: HostRandom.keyFromSeed(0) })
 * const rows = Effect.runSync(Stream.runCollect(shuffled))
 * rows.toSorted((a, b) => a - b).length // => 100
 * rows[0]! <= 10 // => true
 * ```
 */
export const shuffle = <A, E, R>(
  rows: Stream.Stream<A, E, R>,
  options: RowShuffleOptions
): Stream.Stream<A, E | DataError, R> => {
  checkSettings("Rows.shuffle", { buffer: [counting, options.buffer] })
  return decode(rows, () => shuffler(options))
}
