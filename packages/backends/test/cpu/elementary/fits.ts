import { erf, erfc } from "@residual/core"
import { type Fit, minimax } from "./minimax.ts"

// Derives the numbers that the elementary functions are made of, and prints them with the errors that they leave:
//   node packages/backends/test/cpu/elementary/fits.ts

const powers = (from: number, to: number, step = 1): ReadonlyArray<number> =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + step * at)

const report = (name: string, fit: Fit): void => {
  const { coefficients, error } = minimax(fit)
  process.stdout.write(`${name}: 2^${Math.log2(error).toFixed(1)}\n  ${coefficients.join(", ")}\n`)
}

const float = Math.fround

// A little more than what is left by a reduction whose quotient is rounded.
const slack = 1.0001
const halfLn2 = (Math.LN2 / 2) * slack
const eighth = (Math.PI / 4) * slack

report("exp, from r² on", {
  from: -halfLn2,
  to: halfLn2,
  target: (r) => Math.exp(r) - 1 - r,
  powers: powers(2, 6),
  weight: (r) => Math.exp(-r),
  round: float
})
report("expm1 and tanh, from r² on", {
  from: -halfLn2,
  to: halfLn2,
  target: (r) => Math.expm1(r) - r,
  powers: powers(2, 7),
  weight: (r) => 1 / Math.expm1(r),
  round: float
})
report("log and log1p, from f³ on", {
  from: Math.SQRT1_2 - 1,
  to: Math.SQRT2 - 1,
  target: (f) => Math.log1p(f) - f + (f * f) / 2,
  powers: powers(3, 10),
  weight: (f) => 1 / Math.log1p(f),
  round: float
})
report("sin, from r³ on", {
  from: 0,
  to: eighth,
  target: (r) => r - Math.sin(r),
  powers: powers(3, 7, 2),
  weight: (r) => 1 / Math.sin(r),
  round: float
})
report("cos, from r⁴ on", {
  from: 0,
  to: eighth,
  target: (r) => Math.cos(r) - 1 + (r * r) / 2,
  powers: powers(4, 8, 2),
  weight: (r) => 1 / Math.cos(r),
  round: float
})
report("atan, from t³ on", {
  from: 0,
  to: 1,
  target: (t) => Math.atan(t) - t,
  powers: powers(3, 19, 2),
  weight: (t) => 1 / Math.atan(t),
  round: float
})
// Among the floats from 0.98 on, the one whose √erfc is closest to a float.
const distance = (x: number): number => Math.abs(Math.sqrt(erfc(x)) - float(Math.sqrt(erfc(x))))
const middle = Array.from({ length: 3000 }, (_, at) => float(0.98) + at * 2 ** -24).reduce((best, x) =>
  distance(x) < distance(best) ? x : best
)
const root = float(Math.sqrt(erfc(middle)))
const slope = float(2 * Math.sqrt(root))
const discriminant = (t: number): number => Math.sqrt(slope * slope - 4 * (root - Math.sqrt(erfc(middle + t))))
report("erf, less t", {
  from: 0,
  to: middle,
  target: (t) => erf(t) - t,
  powers: powers(1, 13, 2),
  weight: (t) => 1 / erf(t),
  round: float
})

process.stdout.write(`erf: middle ${middle}, root ${root}, slope ${slope}\n`)
report("erf, y with √erfc = root + y · (y + slope)", {
  from: 0,
  to: 3.93 - middle,
  target: (t) => (discriminant(t) - slope) / 2,
  powers: powers(1, 8),
  weight: (t) => 2 * Math.sqrt(erfc(middle + t)) * discriminant(t),
  round: float
})

const twiceArtanh = (s: number): number => Math.log1p(s) - Math.log1p(-s)
report("pow, log₂((1 + s) / (1 - s))", {
  from: 0,
  to: ((Math.SQRT2 - 1) / (Math.SQRT2 + 1)) * slack,
  target: (s) => twiceArtanh(s) / Math.LN2,
  powers: powers(1, 11, 2),
  weight: (s) => Math.LN2 / twiceArtanh(s)
})
report("pow, 2ʳ from r on", {
  from: -slack / 2,
  to: slack / 2,
  target: (r) => Math.expm1(r * Math.LN2),
  powers: powers(1, 8),
  weight: (r) => Math.exp(-r * Math.LN2)
})

// π by J. Machin's formula, in 400 bits after the point.
const one = 1n << 400n
const arctangentOfInverse = (n: bigint): bigint => {
  let term = one / n
  let sum = term
  for (let odd = 3n; term !== 0n; odd += 2n) {
    term = -term / (n * n)
    sum += term / odd
  }
  return sum
}
const pi = 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n))
const words = ((2n * one * one) / pi) >> (400n - 248n)
const word = (at: bigint): string =>
  ((words >> (64n * (3n - at))) & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, "0")
process.stdout.write(`2/π: ${[0n, 1n, 2n, 3n].map(word).join(" ")}\n`)
const high = (pi / 2n) >> (400n - 32n)
const low = pi / 2n - (high << (400n - 32n))
process.stdout.write(`π/2: ${Number(high) * 2 ** -32} + ${Number(low >> 200n) * 2 ** -200}\n`)
