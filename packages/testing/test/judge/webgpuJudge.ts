import { measuredErrors } from "@residual/backends/webgpu"
import { judgeBy } from "./judge.ts"

const { exp, expm1, log, log1p, sin, cos, atan, tanh, erf, pow, sqrt } = measuredErrors
const functions = { exp, expm1, log, log1p, sin, cos, atan, tanh, erf, pow, sqrt }

const elementary = Object.fromEntries(
  Object.entries(functions).map(([name, { swiftshader, lavapipe }]) => [name, Math.max(swiftshader, lavapipe)])
) as Readonly<Record<keyof typeof functions, number>>

/** What WGSL lets a device's division err by, in units in the last place. */
const division = 2.5

/**
 * Judges the WebGPU backend. WGSL keeps neither subnormal floats nor the signs of zeros, and compilers for GPUs take no
 * operand of a sum, product or quotient for NaN or infinite.
 */
export const webgpuJudge = judgeBy({
  errors: { ...elementary, div: division },
  flushesSubnormals: true,
  signsZeros: false,
  rewrites: true
})
