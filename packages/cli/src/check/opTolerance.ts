import { resultTolerances } from "@residual/testing"
import type { Precision } from "./precision.ts"

/** How far the values of an op, and the residuals that it hands back, may be off, as |a − b| / max(1, |b|). */
export interface OpTolerance {
  readonly values: number
  readonly residuals: number
}

// Recorded in float64; what is left in floats of 64 bits are other orders of summation.
const recorded: OpTolerance = { values: 1e-9, residuals: 1e-9 }

/** The distance of 1 to the next number in 32 bits. */
const epsilon = 2 ** -23

/**
 * What inputs lose when they are rounded from 64 bits to 32 before an op sees them: half a unit each, which an op may
 * carry on several times over.
 */
const unitsOfInputs = 4

/** The library's names of ops that are recorded under another one. */
const libraryNames: Readonly<Record<string, keyof typeof resultTolerances>> = {
  geluExact: "gelu",
  geluTanh: "gelu",
  hardswish: "hardSwish",
  hardsigmoid: "hardSigmoid",
  powScalar: "pow",
  ropeInterleaved: "rotaryEmbedding",
  mseLoss: "mse",
  l1Loss: "l1",
  huberLoss: "huber",
  smoothL1Loss: "smoothL1",
  crossEntropyIgnore: "crossEntropy"
}

/** The tolerance of a recorded op. In 32 bits it is the one that backends are tested by, and a little for the inputs. */
export const opTolerance = (name: string, precision: Precision): OpTolerance => {
  if (precision === "f64") return recorded
  const { values = 0, residuals = 0 } = resultTolerances[libraryNames[name] ?? name] ?? {}
  return { values: (values + unitsOfInputs) * epsilon, residuals: (residuals + unitsOfInputs) * epsilon }
}
