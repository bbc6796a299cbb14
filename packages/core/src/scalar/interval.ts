/**
 * A set of float values: every number from `low` to `high`, both included and possibly infinite, and NaN where `nan` is
 * set. Zero stands for both zeros. Where `low` is larger than `high` there are no numbers in it, and `nan` is set.
 *
 * ```ts
 * import { type Interval, Intervals } from "@residual/core"
 * const unit: Interval = { low: 0, high: 1, nan: false }
 * Intervals.contains(unit, 0.5) // => true
 * ```
 */
export interface Interval {
  readonly low: number
  readonly high: number
  readonly nan: boolean
}

/**
 * Makes an interval; a bound of -0 becomes 0.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.make(-0, 1) // => { low: 0, high: 1, nan: false }
 * ```
 */
export const make = (low: number, high: number, nan = false): Interval => ({ low: low + 0, high: high + 0, nan })

/**
 * The interval of a single number, or of NaN alone.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.point(NaN) // => { low: Infinity, high: -Infinity, nan: true }
 * ```
 */
export const point = (x: number): Interval => (Number.isNaN(x) ? onlyNaN : make(x, x))

/**
 * NaN and no number.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.contains(Intervals.onlyNaN, NaN) // => true
 * ```
 */
export const onlyNaN: Interval = { low: Infinity, high: -Infinity, nan: true }

/**
 * Whether there is no number in the interval, only NaN.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.isOnlyNaN(Intervals.point(1)) // => false
 * ```
 */
export const isOnlyNaN = (a: Interval): boolean => a.low > a.high

/**
 * Whether the interval is one number, and not NaN.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.isPoint(Intervals.point(1)) // => true
 * ```
 */
export const isPoint = (a: Interval): boolean => a.low === a.high && !a.nan

/**
 * Whether a value, NaN included, is in the interval.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.contains(Intervals.make(0, 1), NaN) // => false
 * ```
 */
export const contains = (a: Interval, x: number): boolean => (Number.isNaN(x) ? a.nan : a.low <= x && x <= a.high)

/**
 * The smallest interval that contains both.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.hull(Intervals.point(1), Intervals.point(3)) // => { low: 1, high: 3, nan: false }
 * ```
 */
export const hull = (a: Interval, b: Interval): Interval => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
  nan: a.nan || b.nan
})

/**
 * The number in the middle, as IEEE 1788 defines it: 0 for the whole line, the largest float toward an infinite end,
 * NaN where there are only NaNs.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.midpoint(Intervals.make(1, 4)) // => 2.5
 * ```
 */
export const midpoint = (a: Interval): number => {
  if (isOnlyNaN(a)) return NaN
  if (a.low === a.high) return a.low
  if (a.low === -Infinity) return a.high === Infinity ? 0 : -Number.MAX_VALUE
  if (a.high === Infinity) return Number.MAX_VALUE
  const sum = a.low + a.high
  return Number.isFinite(sum) ? sum / 2 : a.low / 2 + a.high / 2
}

/**
 * The interval as text, as errors show it.
 *
 * ```ts
 * import { Intervals } from "@residual/core"
 * Intervals.print(Intervals.make(0, 1, true)) // => "[0, 1] or NaN"
 * ```
 */
export const print = (a: Interval): string => (isOnlyNaN(a) ? "NaN" : `[${a.low}, ${a.high}]${a.nan ? " or NaN" : ""}`)
