import * as Data from "effect/Data"

/**
 * A batch that a metric cannot measure: which metric, which of the batch's rows where it is one of them, and why. The
 * metric's `add` throws it; `foldMetric` fails with it.
 *
 * ```ts
 * import { MetricError } from "@residual/train"
 * new MetricError({ metric: "accuracy", row: 3, reason: "its target is 10; there are 10 classes" }).message
 * // => "accuracy, row 3 of the batch: its target is 10; there are 10 classes"
 * ```
 */
export class MetricError extends Data.TaggedError("MetricError")<{
  readonly metric: string
  readonly row?: number
  readonly reason: string
}> {
  override get message(): string {
    return `${this.metric}${this.row === undefined ? "" : `, row ${this.row} of the batch`}: ${this.reason}`
  }
}
