import { addDown, addUp, divDown, divUp, mulDown, mulUp } from "./directedRounding.ts"
import type { Interval } from "./interval.ts"
import { contains, isOnlyNaN, make, onlyNaN } from "./interval.ts"

// fmod is exact, so that only the addition of the divisor rounds.
const ofNumbers = (dividend: number, divisor: number): Interval => {
  const remainder = dividend % divisor
  return remainder !== 0 && remainder < 0 !== divisor < 0
    ? make(addDown(remainder, divisor), addUp(remainder, divisor))
    : make(remainder, remainder)
}

// The integer ⌊a/b⌋ where it is the same over both intervals, NaN where it is not; b is without zero.
const commonQuotient = (a: Interval, b: Interval): number => {
  const lows = [divDown(a.low, b.low), divDown(a.low, b.high), divDown(a.high, b.low), divDown(a.high, b.high)]
  const highs = [divUp(a.low, b.low), divUp(a.low, b.high), divUp(a.high, b.low), divUp(a.high, b.high)]
  const lowest = Math.floor(Math.min(...lows))
  return lowest === Math.floor(Math.max(...highs)) ? lowest : NaN
}

/**
 * Bounds of the floored remainder: a - q·b where the quotient q is the same everywhere, from 0 to the divisor where it
 * is not. NaN where the divisor may be 0 or the dividend infinite.
 */
export const modulus = (a: Interval, b: Interval): Interval => {
  if (isOnlyNaN(a) || isOnlyNaN(b)) return onlyNaN
  const hasInfiniteDividend = a.low === -Infinity || a.high === Infinity
  const nan = a.nan || b.nan || hasInfiniteDividend || contains(b, 0)
  const undefinedEverywhere = (b.low === 0 && b.high === 0) || (hasInfiniteDividend && a.low === a.high)
  if (undefinedEverywhere) return onlyNaN
  const range = make(Math.min(0, b.low), Math.max(0, b.high), nan)
  if (nan || b.low === -Infinity || b.high === Infinity) return range
  if (a.low === a.high && b.low === b.high) return ofNumbers(a.low, b.low)
  const quotient = commonQuotient(a, b)
  if (!Number.isFinite(quotient)) return range
  const [smaller, larger] = quotient > 0 ? [b.high, b.low] : [b.low, b.high]
  return make(
    Math.max(range.low, addDown(a.low, -mulUp(quotient, smaller))),
    Math.min(range.high, addUp(a.high, -mulDown(quotient, larger)))
  )
}
