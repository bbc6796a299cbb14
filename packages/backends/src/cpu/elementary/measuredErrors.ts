/** The greatest error of a function, in units of the last place of a float of 32 bits (subnormal ones included). */
export interface MeasuredError {
  /** With fused multiply-add. */
  readonly ulp: number
  /** With a product and a sum instead. */
  readonly ulpWithout: number
  /** What it was measured over. */
  readonly over: string
}

const allFloats = "all 2³² floats"

/** How far the elementary functions are from the exact results, rounded up. */
export const measuredErrors = {
  exp: { ulp: 0.9, ulpWithout: 1.18, over: allFloats },
  expm1: { ulp: 1.5, ulpWithout: 1.5, over: allFloats },
  log: { ulp: 0.99, ulpWithout: 1.04, over: allFloats },
  log1p: { ulp: 1, ulpWithout: 1, over: allFloats },
  sin: { ulp: 0.8, ulpWithout: 0.8, over: allFloats },
  cos: { ulp: 0.8, ulpWithout: 0.8, over: allFloats },
  atan: { ulp: 1.2, ulpWithout: 1.2, over: allFloats },
  tanh: { ulp: 1.01, ulpWithout: 1.05, over: allFloats },
  erf: { ulp: 1, ulpWithout: 1.3, over: allFloats },
  pow: { ulp: 0.501, ulpWithout: 0.501, over: "2²⁸ pairs" }
} as const satisfies Readonly<Record<string, MeasuredError>>
