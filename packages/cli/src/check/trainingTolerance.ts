import type { Precision } from "./precision.ts"

/** How far a replayed run may be off a recorded one: relative, for parameters to the largest of each tensor. */
export interface TrainingTolerance {
  readonly loss: number
  readonly gradientNorm: number
  readonly rate: number
  readonly parameters: number
}

/** The tolerances of each float type. */
export const trainingTolerances: Readonly<Record<Precision, TrainingTolerance>> = {
  // As the run was recorded; what is left are other orders of summation.
  f64: { loss: 1e-9, gradientNorm: 1e-9, rate: 1e-9, parameters: 1e-9 },
  // On the CPU and on GPUs. Rounding errors of sums add up over the steps. Where a gradient is 0 but for them, as those of keys' biases are, AdamW
  // divides them by their own size, so that parameters move by a part of the rate. Rates are the host's, in 64 bits.
  f32: { loss: 1e-4, gradientNorm: 1e-3, rate: 1e-9, parameters: 1e-2 }
}
