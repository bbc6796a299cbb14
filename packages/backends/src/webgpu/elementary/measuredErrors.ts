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

/**
 * How far the WebGPU backend's elementary functions are from the exact results, rounded up. On other devices divisions may
 * be less accurate than there, by 2 ulp; tanh, atan and pow have one.
 *
 * ```ts
 * import { measuredErrors } from "@residual/backends/webgpu"
 * measuredErrors.exp.lavapipe < 2 // => true
 * ```
 */
export const measuredErrors = {
  exp: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  expm1: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  log: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  log1p: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  sin: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  cos: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  atan: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  tanh: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  erf: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  sqrt: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: floats },
  floor: { swiftshader: 0, lavapipe: 0, fused: 0, backwards: 0, over: floats },
  round: { swiftshader: 0, lavapipe: 0, fused: 0, backwards: 0, over: floats },
  maximum: { swiftshader: 0, lavapipe: 0, fused: 0, backwards: 0, over: "2²² pairs" },
  mod: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: "2²² pairs" },
  pow: { swiftshader: 4, lavapipe: 4, fused: 4, backwards: 4, over: "2²² pairs" }
} as const satisfies Readonly<Record<string, MeasuredError>>

/** The functions of floats whose errors are measured. */
export type MeasuredName = keyof typeof measuredErrors
