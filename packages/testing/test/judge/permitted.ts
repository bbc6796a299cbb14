import { type Interval, Intervals } from "@residual/core"

/**
 * What a backend may compute for one float: a value that is fixed to the bit, the sign of zero included, or any number
 * of an interval.
 */
export interface Permitted extends Interval {
  /** What it must be; `undefined` where any number of the interval will do. */
  readonly value: number | undefined
  /** By how many units in the last place of 32 bits the function may err whose result this is. */
  readonly slack: number
  /** How many terms were added up to this since it was last rounded. */
  readonly terms: number
  /** The sum of the terms' magnitudes, infinite ones aside. */
  readonly mass: number
  /** A power of two of which every term is a multiple; 0 where none is known. */
  readonly unit: number
}

const magnitude = ({ low, high }: Interval): number => {
  const sizes = [Math.abs(low), Math.abs(high)].filter(Number.isFinite)
  return Math.max(0, ...sizes)
}

/** The largest power of two that a number is a multiple of; any will do for 0, infinities and NaN. */
const unitOf = (value: number): number => {
  if (value === 0 || !Number.isFinite(value)) return Number.POSITIVE_INFINITY
  let unit = Math.max(2 ** (Math.floor(Math.log2(Math.abs(value))) - 53), Number.MIN_VALUE)
  while (value % (2 * unit) === 0) unit *= 2
  return unit
}

/** A value to the bit. */
export const fixed = (value: number, slack = 0): Permitted => {
  const interval = Intervals.point(value)
  return { ...interval, value, slack, terms: 1, mass: magnitude(interval), unit: unitOf(value) }
}

/** Any number of an interval. */
export const within = (interval: Interval, slack = 0): Permitted => ({
  low: interval.low,
  high: interval.high,
  nan: interval.nan,
  value: undefined,
  slack,
  terms: 1,
  mass: magnitude(interval),
  unit: 0
})

/** Any number at all, and NaN. */
export const anything: Permitted = within(Intervals.make(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, true))

/** What permits all that either does. */
export const either = (a: Permitted, b: Permitted): Permitted =>
  a.value !== undefined && Object.is(a.value, b.value) ? a : within(Intervals.hull(a, b))

/** Whether a backend may give this number; any zero is as good as the other where signs of zeros are not kept. */
export const permits = (permitted: Permitted, actual: number, signsZeros: boolean): boolean => {
  const { value } = permitted
  if (value === undefined) return Intervals.contains(permitted, actual)
  return Object.is(actual, value) || (!signsZeros && actual === value)
}

/** Whether what is permitted says much: a value to the bit, or numbers that agree to three digits. */
export const isDecided = ({ value, low, high, nan }: Permitted): boolean =>
  value !== undefined || (!nan && high - low <= 1e-3 * Math.max(1, Math.abs(low), Math.abs(high)))
