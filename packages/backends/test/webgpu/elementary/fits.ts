import { type Fit, minimax } from "../../cpu/elementary/minimax.ts"

// Derives the numbers of the elementary functions that only WGSL has, and prints them with the errors that they leave:
//   node packages/backends/test/webgpu/elementary/fits.ts

const float = Math.fround

// A little more than what is left by a reduction whose quotient is rounded.
const slack = 1.0001

const report = (name: string, fit: Fit): void => {
  const { coefficients, error } = minimax(fit)
  process.stdout.write(`${name}: 2^${Math.log2(error).toFixed(1)}\n  ${coefficients.join(", ")}\n`)
}

const threeHalvesOfLogarithm = (s: number): number => 1.5 * (Math.log1p(s) - Math.log1p(-s))

report("pow, 3/2 ln((1 + s) / (1 - s)) from s⁵ on", {
  from: 0,
  to: ((Math.SQRT2 - 1) / (Math.SQRT2 + 1)) * slack,
  target: (s) => threeHalvesOfLogarithm(s) - 3 * s - s * s * s,
  powers: [5, 7, 9, 11],
  weight: (s) => 1 / threeHalvesOfLogarithm(s),
  round: float
})
report("pow, 2ʳ from r on", {
  from: -slack / 2,
  to: slack / 2,
  target: (r) => Math.expm1(r * Math.LN2),
  powers: [1, 2, 3, 4, 5, 6],
  weight: (r) => Math.exp(-r * Math.LN2),
  round: float
})

report("tanh, from t³ on", {
  from: 0,
  to: 0.625,
  target: (t) => Math.tanh(t) - t,
  powers: [3, 5, 7, 9, 11],
  weight: (t) => 1 / Math.tanh(t),
  round: float
})

const inTwelveBits = (x: number): number => Math.floor(x * 4096) / 4096
const scale = 2 / (3 * Math.LN2)
const upper = inTwelveBits(scale)
process.stdout.write(`2 / (3 ln 2): ${upper} + ${float(scale - upper)}\n`)

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
let rest = (4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n))) / 2n
const parts: Array<number> = []
for (const bits of [12, 25, 38]) {
  const part = rest >> BigInt(400 - bits)
  parts.push(Number(part) * 2 ** -bits)
  rest -= part << BigInt(400 - bits)
}
parts.push(float(Number(rest >> 200n) * 2 ** -200))
process.stdout.write(`π/2: ${parts.join(" + ")}\n`)
