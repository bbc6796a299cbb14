import { HostRandom } from "@residual/core"
import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import { choose } from "./choose.ts"
import type { Samples } from "./samples.ts"

/** What becomes of samples. */
export interface Split {
  readonly learned: Samples
  readonly heldOut: Samples
}

/**
 * Samples to learn from and samples to hold out, drawn by a key: each is in one of the two. Neither is written down.
 *
 * Fails with a `DataError` unless there is at least one of each.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * const split = Effect.gen(function* () {
 *   const samples = yield* Samples.fromArrays({ x: [5, 6, 7, 8] })
 *   return yield* Samples.split(samples, { heldOut: 1, key: HostRandom.keyFromSeed(0) })
 * })
 * Effect.runSync(split).learned.count // => 3
 * ```
 */
export const split = (
  samples: Samples,
  { heldOut, key }: { readonly heldOut: number; readonly key: HostRandom.HostKey }
): Effect.Effect<Split, DataError> => {
  const { source, count } = samples
  if (!(Number.isSafeInteger(heldOut) && heldOut > 0 && heldOut < count)) {
    const reason = `of its ${count} samples ${heldOut} cannot be held out: there must be some of each`
    return Effect.fail(new DataError({ source, reason }))
  }
  const order = (sample: number): number => HostRandom.shuffledIndex(key, count, sample)
  return Effect.succeed({
    learned: choose(samples, count - heldOut, (sample) => order(heldOut + sample)),
    heldOut: choose(samples, heldOut, order)
  })
}
