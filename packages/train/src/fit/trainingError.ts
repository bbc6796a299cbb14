import * as Data from "effect/Data"
import type { NonFiniteReport } from "../diagnosis/nonFiniteReport.ts"
import { renderReport } from "../diagnosis/renderReport.ts"

/**
 * A step whose loss or gradients are not finite. It changed nothing: the Store still holds what it held before, so that
 * the step can be made again with the same batch. `report` tells which value was not finite first, as making the step
 * again has shown; `unexplained`, why there is none. `checkpoint` is the last one that was written before.
 *
 * ```ts
 * import { TrainingError } from "@residual/train"
 * new TrainingError({ step: 12, loss: Number.NaN, gradientNorm: 3, rate: 0.1 }).message
 * // => "step 12 was not taken: its loss is NaN, the norm of its gradients 3, at a rate of 0.1"
 * ```
 */
export class TrainingError extends Data.TaggedError("TrainingError")<{
  /** Counted from 1. */
  readonly step: number
  readonly loss: number
  readonly gradientNorm: number
  readonly rate: number
  readonly report?: NonFiniteReport
  readonly unexplained?: string
  readonly checkpoint?: string
}> {
  override get message(): string {
    const { step, loss, gradientNorm, rate, report, unexplained, checkpoint } = this
    return [
      `step ${step} was not taken: its loss is ${loss}, the norm of its gradients ${gradientNorm}, at a rate of ${rate}`,
      ...(report === undefined ? [] : renderReport(report).split(/\n */)),
      ...(unexplained === undefined ? [] : [unexplained]),
      ...(checkpoint === undefined ? [] : [`the checkpoint before it is ${checkpoint}`])
    ].join("; ")
  }
}
