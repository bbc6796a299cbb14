/**
 * The greatest error of a function, in units of the last place of a float of 32 bits (subnormal ones included).
 *
 * ```ts
 * import type { MeasuredError } from "@residual/backends/cpu"
 * const sqrt: MeasuredError = { ulp: 0.5, ulpWithout: 0.5, over: "all floats" }
 * sqrt.ulp // => 0.5
 * ```
 */
export interface MeasuredError {
  /** With fused multiply-add. */
  readonly ulp: number
  /** With a product and a sum instead. */
  readonly ulpWithout: number
  /** What it was measured over. */
  readonly over: string
}

const allFloats = "all 2³² floats"

// Below 2⁻¹³ some results are the operand or 1, and beyond what saturates they are constants.
const whereItMatters = "all floats from 2⁻¹³ to where the result is constant, one in 15 of the others"

/**
 * How far the CPU backend's elementary functions of 32-bit floats are from the exact results, rounded up. Those of 64-bit
 * floats are the reference's.
 *
 * ```ts
 * import { measuredErrors } from "@residual/backends/cpu"
 * measuredErrors.exp.ulp // => 0.9
 * ```
 */
export const measuredErrors = {
  exp: { ulp: 0.9, ulpWithout: 1.18, over: allFloats },
  expm1: { ulp: 1.44, ulpWithout: 1.46, over: whereItMatters },
  log: { ulp: 0.99, ulpWithout: 1.04, over: allFloats },
  log1p: { ulp: 0.99, ulpWithout: 1.05, over: whereItMatters },
  sin: { ulp: 0.79, ulpWithout: 0.83, over: allFloats },
  cos: { ulp: 0.79, ulpWithout: 0.83, over: whereItMatters },
  atan: { ulp: 1.2, ulpWithout: 1.3, over: allFloats },
  tanh: { ulp: 2.43, ulpWithout: 2.44, over: whereItMatters },
  erf: { ulp: 1.01, ulpWithout: 1.28, over: whereItMatters },
  pow: { ulp: 0.501, ulpWithout: 0.501, over: "2²⁸ pairs" }
} as const satisfies Readonly<Record<string, MeasuredError>>
