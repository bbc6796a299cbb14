import { checkSettings, whole } from "../../setting/checkSettings.ts"
import { choose } from "./choose.ts"
import type { Samples } from "./samples.ts"

/**
 * Some samples of others, from a place up to, and without, another; a place below 0 counts from the end, as it does for
 * arrays. Throws a `SettingError` for a place that is no whole number.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * const samples = Effect.runSync(Samples.fromArrays({ x: [5, 6, 7] }))
 * Samples.slice(samples, -2).count // => 2
 * ```
 */
export const slice = (samples: Samples, from: number, to: number = samples.count): Samples => {
  checkSettings("Samples.slice", { from: [whole, from], to: [whole, to] })
  const place = (at: number): number => (at < 0 ? Math.max(0, samples.count + at) : Math.min(at, samples.count))
  const [first, end] = [place(from), place(to)]
  return choose(samples, Math.max(0, end - first), (sample) => first + sample)
}
