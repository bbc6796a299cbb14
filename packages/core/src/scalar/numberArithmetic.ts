import type { Arithmetic } from "./arithmetic.ts"
import { erf } from "./erf.ts"
import { flooredModulus } from "./flooredModulus.ts"
import { power } from "./power.ts"
import { roundHalfEven } from "./roundHalfEven.ts"

/**
 * Arithmetic on float64 numbers. Nothing is undecided; the hull of two different numbers is NaN.
 *
 * ```ts
 * import { numberArithmetic } from "@residual/core"
 * numberArithmetic.maximum(1, NaN) // => NaN
 * numberArithmetic.less(1, 2) // => 1
 * ```
 */
export const numberArithmetic: Arithmetic<number> = {
  name: "number",
  zero: 0,
  one: 1,
  degree: () => 1,
  fromNumber: (x) => x,
  toNumber: (a) => a,
  allocate: (length) => new Float64Array(length),
  neg: (a) => -a,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  tanh: Math.tanh,
  erf,
  floor: Math.floor,
  round: roundHalfEven,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: flooredModulus,
  pow: power,
  maximum: (a, b) => Math.max(a, b),
  less: (a, b) => (a < b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  isNaN: (a) => (Number.isNaN(a) ? 1 : 0),
  hull: (a, b) => (a === b ? a : NaN),
  fromTruth: (truth) => (truth === 2 ? NaN : truth),
  // Adding 0 turns -0 into 0.
  toInteger: (a) => Math.trunc(a) + 0,
  compareTotal: (a, b) => {
    if (a < b) return -1
    if (a > b) return 1
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  },
  vanishes: (a) => a === 0,
  roundToFloat32: Math.fround
}
