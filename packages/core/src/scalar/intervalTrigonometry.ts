import { assumedUlp } from "./assumedUlp.ts"
import type { Interval } from "./interval.ts"
import { isOnlyNaN, make, onlyNaN } from "./interval.ts"
import { stepsDown, stepsUp } from "./nextFloat.ts"

const period = 2 * Math.PI

// Whether phase + k·2π may lie in [low, high] for some integer k. The margin covers the rounding of the quotients, and
// that of 2π itself, which grows with them.
const mayMeet = (low: number, high: number, phase: number): boolean => {
  const first = (low - phase) / period
  const last = (high - phase) / period
  const margin = 2e-15 * (1 + Math.max(Math.abs(first), Math.abs(last)))
  return Math.ceil(first - margin) <= Math.floor(last + margin)
}

const wave =
  (f: (x: number) => number, ulp: number, highestAt: number, lowestAt: number) =>
  (x: Interval): Interval => {
    if (isOnlyNaN(x)) return onlyNaN
    const isInfinite = x.low === -Infinity || x.high === Infinity
    if (isInfinite) return x.low === x.high ? onlyNaN : make(-1, 1, true)
    const ends = [x.low, x.high]
    const isMonotone = x.low === x.high
    // At 0 both functions are exact.
    const low = Math.min(...ends.map((end) => (end === 0 ? f(end) : stepsDown(f(end), 2 * ulp))))
    const high = Math.max(...ends.map((end) => (end === 0 ? f(end) : stepsUp(f(end), 2 * ulp))))
    return make(
      !isMonotone && mayMeet(x.low, x.high, lowestAt) ? -1 : Math.max(-1, low),
      !isMonotone && mayMeet(x.low, x.high, highestAt) ? 1 : Math.min(1, high),
      x.nan
    )
  }

/** Bounds of the sine over an interval; NaN at an infinite angle. */
export const sine = wave(Math.sin, assumedUlp.sin, Math.PI / 2, -Math.PI / 2)

/** Bounds of the cosine over an interval; NaN at an infinite angle. */
export const cosine = wave(Math.cos, assumedUlp.cos, 0, Math.PI)
