/**
 * The greatest errors of a function in WGSL, in units of the last place of a float of 32 bits.
 *
 * ```ts
 * import type { MeasuredError } from "@residual/backends/webgpu"
 * const sqrt: MeasuredError = { swiftshader: 0.5, lavapipe: 0.5, fused: 0.5, backwards: 0.5, over: "all floats" }
 * sqrt.fused // => 0.5
 * ```
 */
export interface MeasuredError {
  /**
   * On SwiftShader, which fuses nothing, and takes subnormal floats for zeros: where they are operands or results, a zero
   * counts as right.
   */
  readonly swiftshader: number
  /** On Mesa's lavapipe, likewise but that it has subnormal floats. */
  readonly lavapipe: number
  /** In an emulation of a GPU that fuses every product with the sum that it is an operand of. */
  readonly fused: number
  /** In one that also takes the terms of every sum from the last to the first, as if sums were exact. */
  readonly backwards: number
  /** What it was measured over. */
  readonly over: string
}

const floats = "one in 61 of all floats"
const pairs = "2²⁴ pairs"

/**
 * How far the WebGPU backend's elementary functions are from the exact results, rounded up. Other devices may divide and
 * take square roots within 2.5 ulp, which counts in full in `sqrt` and `atan`, and by half in `tanh`.
 *
 * ```ts
 * import { measuredErrors } from "@residual/backends/webgpu"
 * measuredErrors.exp.lavapipe < 2 // => true
 * ```
 */
export const measuredErrors = {
  exp: { swiftshader: 1.15, lavapipe: 1.15, fused: 0.88, backwards: 0.88, over: floats },
  expm1: { swiftshader: 1.39, lavapipe: 1.39, fused: 1.41, backwards: 2.25, over: floats },
  log: { swiftshader: 0.89, lavapipe: 0.89, fused: 0.89, backwards: 0.85, over: floats },
  log1p: { swiftshader: 1.49, lavapipe: 1.48, fused: 1.49, backwards: 1.44, over: floats },
  sin: { swiftshader: 2.48, lavapipe: 2.48, fused: 1.8, backwards: 1.8, over: floats },
  cos: { swiftshader: 2.45, lavapipe: 2.45, fused: 1.97, backwards: 1.97, over: floats },
  atan: { swiftshader: 1.2, lavapipe: 1.2, fused: 1.13, backwards: 1.13, over: floats },
  tanh: { swiftshader: 1.33, lavapipe: 1.33, fused: 1.35, backwards: 1.35, over: floats },
  erf: { swiftshader: 1.17, lavapipe: 1.17, fused: 0.93, backwards: 1.09, over: floats },
  sqrt: { swiftshader: 0.5, lavapipe: 0.5, fused: 0.5, backwards: 0.5, over: floats },
  floor: { swiftshader: 0, lavapipe: 0, fused: 0, backwards: 0, over: floats },
  round: { swiftshader: 0, lavapipe: 0, fused: 0, backwards: 0, over: floats },
  maximum: { swiftshader: 0, lavapipe: 0, fused: 0, backwards: 0, over: pairs },
  mod: { swiftshader: 0.5, lavapipe: 0.5, fused: 0.5, backwards: 0.5, over: pairs },
  pow: { swiftshader: 1.22, lavapipe: 1.22, fused: 0.94, backwards: 0.94, over: pairs }
} as const satisfies Readonly<Record<string, MeasuredError>>

/** The functions of floats whose errors are measured. */
export type MeasuredName = keyof typeof measuredErrors
