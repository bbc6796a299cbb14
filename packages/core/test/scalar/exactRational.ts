import { positionOf } from "./floatBits.ts"

/** The exact value of a finite float64 as an integer times 2⁻¹⁰⁷⁴. */
export const inSmallestUnits = (x: number): bigint => {
  const bits = positionOf(Math.abs(x))
  const exponent = bits >> 52n
  const fraction = bits & ((1n << 52n) - 1n)
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return x < 0 ? -magnitude : magnitude
}

/** 1, as an integer times 2⁻¹⁰⁷⁴. */
export const unit = 1n << 1074n

/** -1, 0 or 1, as a is less than, equal to or greater than b. */
export const compare = (a: bigint, b: bigint): number => {
  if (a < b) return -1
  return a > b ? 1 : 0
}
