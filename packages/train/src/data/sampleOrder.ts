import { HostRandom } from "@residual/core"
import { checkSettings, natural } from "../setting/checkSettings.ts"

/**
 * Which of `count` samples stands at a position of an endless sequence of epochs. Each epoch visits every sample once,
 * in an order of its own that only its number and the key decide; no order is ever written down.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { sampleAt } from "@residual/train"
 * const key = HostRandom.keyFromSeed(0)
 * const second = [3, 4, 5].map((position) => sampleAt(key, 3, position))
 * second.toSorted() // => [0, 1, 2]
 * ```
 */
export const sampleAt = (key: HostRandom.HostKey, count: number, position: number): number =>
  HostRandom.shuffledIndex(HostRandom.foldIn(key, Math.floor(position / count)), count, position % count)

/** How samples become batches. */
export interface BatchOptions {
  /** Rows of a batch. */
  readonly batch: number
  readonly key: HostRandom.HostKey
  /** The first batch of the stream: 0 by default; a run that goes on gives how many batches it has read. */
  readonly from?: number
}

/** Throws a `SettingError` for a first batch that no stream has. */
export const checkFirst = (owner: string, { from = 0 }: BatchOptions): void =>
  checkSettings(owner, { from: [natural, from] })
