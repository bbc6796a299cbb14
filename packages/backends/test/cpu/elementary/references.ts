import { erf } from "@residual/core"
import type { Name } from "./compiled.ts"

/** The functions in double precision; `pow` of a base and the exponent apart. */
export const references: Readonly<Record<Exclude<Name, "pow">, (x: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  tanh: Math.tanh,
  erf
}

const bits = new DataView(new ArrayBuffer(8))

/** The distance between floats of 32 bits around a value; that of the subnormal ones below them. */
export const unitInTheLastPlace = (value: number): number => {
  bits.setFloat64(0, value)
  const exponent = ((bits.getUint16(0) >> 4) & 0x7ff) - 1023
  return 2 ** (Math.max(exponent, -126) - 23)
}

const largest = 2 ** 128

/**
 * How far a float of 32 bits is from an exact result, in units of the last place. ∞ counts as the float that would follow
 * the greatest one. What is to be NaN, or the sign of a zero, is right or infinitely wrong.
 */
export const errorOf = (computed: number, exact: number): number => {
  if (Number.isNaN(exact) || Number.isNaN(computed)) return Number.isNaN(exact) && Number.isNaN(computed) ? 0 : Infinity
  if (exact === 0 && (computed !== 0 || Object.is(computed, 0) !== Object.is(exact, 0))) return Infinity
  if (exact < 0 ? computed > 0 : computed < 0) return Infinity
  const got = Math.min(Math.abs(computed), largest)
  const wanted = Math.min(Math.abs(exact), largest)
  if (got === wanted) return 0
  return Math.abs(got - wanted) / Math.min(unitInTheLastPlace(wanted), 2 ** 104)
}
