import { assumedUlp } from "./assumedUlp.ts"
import type { Interval } from "./interval.ts"
import { contains, hull, isOnlyNaN, isPoint, make, onlyNaN, point } from "./interval.ts"
import { stepsDown, stepsUp } from "./nextFloat.ts"
import { power } from "./power.ts"

const isExact = (x: number, y: number): boolean =>
  y === 0 || x === 0 || x === 1 || x === Infinity || Math.abs(y) === Infinity

// For a base that is not negative the power is monotone in each operand while the other one is held, so that its
// extremes over a box are at corners.
const ofMagnitudes = (low: number, high: number, y: Interval): Interval => {
  const corners = [
    [low, y.low],
    [low, y.high],
    [high, y.low],
    [high, y.high]
  ] as const
  const lows = corners.map(([x, exponent]) => {
    const value = power(x, exponent)
    return isExact(x, exponent) ? value : stepsDown(value, 2 * assumedUlp.pow)
  })
  const highs = corners.map(([x, exponent]) => {
    const value = power(x, exponent)
    return isExact(x, exponent) ? value : stepsUp(value, 2 * assumedUlp.pow)
  })
  return make(Math.max(0, Math.min(...lows)), Math.max(...highs))
}

const negated = (a: Interval): Interval => make(-a.high, -a.low, a.nan)

// The powers of the negative numbers of x, and of -0 where the exponent may be negative, which tells it from 0.
const ofNegatives = (x: Interval, y: Interval): ReadonlyArray<Interval> => {
  const hasNegatives = x.low < 0
  if (!hasNegatives && !(x.low === 0 && y.low < 0)) return []
  const magnitudes = ofMagnitudes(Math.max(0, -x.high), -x.low, y)
  if (y.low !== y.high) return [hull(magnitudes, negated(magnitudes)), ...(hasNegatives ? [onlyNaN] : [])]
  const exponent = y.low
  // IEEE 754 counts infinite exponents, and so all that are beyond 2⁵³, as even.
  if (exponent % 2 === 0 || Math.abs(exponent) === Infinity) return [magnitudes]
  if (Number.isInteger(exponent)) return [negated(magnitudes)]
  return [...(hasNegatives ? [onlyNaN] : []), ...(x.low === -Infinity ? [point(power(Infinity, exponent))] : [])]
}

const ofNonNegatives = (x: Interval, y: Interval): ReadonlyArray<Interval> =>
  x.high >= 0 ? [ofMagnitudes(Math.max(0, x.low), x.high, y)] : []

// 1 is the power of NaN by 0 and of 1 by NaN; all others with NaN are NaN.
const ofNaN = (x: Interval, y: Interval): ReadonlyArray<Interval> => {
  const one = point(1)
  const isAlwaysOne = (isPoint(y) && y.low === 0) || (isPoint(x) && x.low === 1)
  return [
    ...(x.nan && contains(y, 0) ? [one] : []),
    ...(y.nan && contains(x, 1) ? [one] : []),
    ...((x.nan || y.nan) && !isAlwaysOne ? [onlyNaN] : [])
  ]
}

/**
 * Bounds of the power. A negative base has one only for an integer exponent; over an interval of exponents both signs
 * and NaN are possible.
 */
export const intervalPower = (x: Interval, y: Interval): Interval => {
  const ofNumbers = isOnlyNaN(x) || isOnlyNaN(y) ? [] : [...ofNonNegatives(x, y), ...ofNegatives(x, y)]
  return [...ofNumbers, ...ofNaN(x, y)].reduce(hull)
}
