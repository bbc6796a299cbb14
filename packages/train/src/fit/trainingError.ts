import * as Data from "effect/Data"

/**
 * A step whose loss or gradients are not finite. It changed nothing: the Store still holds what it held before, so that
 * the step can be made again with the same batch.
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
}> {
  override get message(): string {
    const { step, loss, gradientNorm, rate } = this
    return `step ${step} was not taken: its loss is ${loss}, the norm of its gradients ${gradientNorm}, at a rate of ${rate}`
  }
}
