import { erf, erfc } from "./erf.ts"

const slopeAtZero = 2 / Math.sqrt(Math.PI)
const winitzki = 0.147

// S. Winitzki, "A handy approximation for the error function and its inverse" (2008): within 0.2 %, from log(1 - p²).
const firstGuess = (logarithm: number): number => {
  const half = 2 / (Math.PI * winitzki) + logarithm / 2
  return Math.sqrt(Math.sqrt(half * half - logarithm / winitzki) - half)
}

// Halley's step for a function with f″/f′ = -2x, as erf and erfc have: three of them turn 3 digits into 16, four in the far tail.
const refined = (start: number, defect: (x: number) => number): number => {
  let x = start
  for (let step = 0; step < 4; step++) {
    const newton = defect(x) / (slopeAtZero * Math.exp(-x * x))
    x -= newton / (1 + x * newton)
  }
  return x
}

/**
 * The inverse of `erf` in float64: odd, ±∞ at ±1, NaN outside [-1, 1]. Relative error within a few 1e-16 for the
 * argument as given.
 *
 * Winitzki's approximation, refined by Halley's method; in the tail on `erfc`, where 1 - |p| is exact.
 *
 * ```ts
 * import { erf, erfinv } from "@residual/core"
 * [erfinv(0), erfinv(1), Math.abs(erfinv(erf(0.3)) - 0.3) < 1e-15] // => [0, Infinity, true]
 * ```
 */
export const erfinv = (p: number): number => {
  const magnitude = Math.abs(p)
  if (magnitude > 0.5) return p > 0 ? erfcinv(1 - p) : -erfcinv(1 + p)
  // The series starts with (√π/2)·p, and nothing else is left of it here.
  if (magnitude < 1e-9) return p / slopeAtZero
  return refined(Math.sign(p) * firstGuess(Math.log1p(-p * p)), (x) => erf(x) - p)
}

/**
 * The inverse of `erfc` in float64 on [0, 2]: ∞ at 0, 0 at 1, -∞ at 2, NaN outside. It reaches tails for which
 * `erfinv`'s argument would round to 1.
 *
 * ```ts
 * import { erfcinv } from "@residual/core"
 * [erfcinv(0), erfcinv(1), erfcinv(2)] // => [Infinity, 0, -Infinity]
 * ```
 */
export const erfcinv = (q: number): number => {
  if (q >= 0.5 && q <= 1.5) return erfinv(1 - q)
  if (q > 1.5) return -erfcinv(2 - q)
  if (q === 0) return Infinity
  return refined(firstGuess(Math.log(q) + Math.log(2 - q)), (x) => q - erfc(x))
}
