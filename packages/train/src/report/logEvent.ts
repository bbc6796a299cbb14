import type { Histogram } from "./histogram.ts"

/**
 * What an event file of TensorBoard's holds, each with the time at which it was, in seconds since 1970:
 *
 * - `version`: which form of file this is; the first of every file.
 * - `values`: numbers and histograms by name (`train/loss`, say: names before a slash are shown together), at a step.
 * - `restart`: the run goes on from before a step, and whatever came from it on in earlier files does not count.
 *
 * ```ts
 * import type { LogEvent } from "@residual/train"
 * const event: LogEvent = { event: "values", seconds: 1.7e9, step: 10, values: { "train/loss": 0.5 } }
 * event.step // => 10
 * ```
 */
export type LogEvent =
  | { readonly event: "version"; readonly seconds: number }
  | {
      readonly event: "values"
      readonly seconds: number
      readonly step: number
      readonly values: Readonly<Record<string, number | Histogram>>
    }
  | { readonly event: "restart"; readonly seconds: number; readonly step: number }
