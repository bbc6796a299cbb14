import { capacity } from "./compiled.ts"

const word = new DataView(new ArrayBuffer(4))

const fromBits = (bits: number): number => {
  word.setUint32(0, bits)
  return word.getFloat32(0)
}

const bitsOf = (x: number): number => {
  word.setFloat32(0, x)
  return word.getUint32(0)
}

/** A float of 32 bits with those next to it. */
const around = (x: number): ReadonlyArray<number> =>
  Number.isFinite(x) ? [-2, -1, 0, 1, 2].map((steps) => fromBits((bitsOf(x) + steps) >>> 0)) : [x]

const golden = 0.6180339887498949

const spread = (count: number, from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, at) => Math.fround(from + (to - from) * ((at * golden) % 1)))

const everyExponent = Array.from({ length: 512 }, (_, signAndExponent) =>
  Array.from({ length: 40 }, (_, at) =>
    fromBits(((signAndExponent << 23) | Math.floor(((at * golden) % 1) * 2 ** 23)) >>> 0)
  )
).flat()

// Where functions change their form, and what argument reductions round to: multiples of ln 2 and π/2.
const kinks = [
  ...[0.85, 1, 0.9801428318023682, 3.92, 9.01, 17.3, 18, 87.33, 88.72, 89, 103.97, 104, 2 ** -126, 2 ** 20],
  ...[Math.SQRT1_2, Math.SQRT2, Math.SQRT1_2 - 1, Math.SQRT2 - 1],
  ...Array.from({ length: 300 }, (_, n) => (n * Math.LN2) / 4),
  ...Array.from({ length: 1000 }, (_, n) => (n * Math.PI) / 4),
  ...Array.from({ length: 40 }, (_, n) => 2 ** n)
].flatMap((x) => [...around(x), ...around(-x)])

/** What must be right however a function is computed. */
export const specials = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN].concat(
  [2 ** -149, -(2 ** -149), 2 ** -126, -(2 ** -126), fromBits(0x7f7f_ffff), -fromBits(0x7f7f_ffff)],
  [0.5, -0.5, 1.5, -1.5, 2, -2, 3, -3, 2 ** 23 + 1, -(2 ** 23) - 1, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 2, 1e10, -1e10]
)

const ordered = [
  ...specials,
  ...kinks,
  ...everyExponent,
  ...spread(6000, -1, 1),
  ...spread(6000, -4, 4),
  ...spread(6000, -20, 20),
  ...spread(6000, -110, 95),
  ...spread(2000, 0.5, 2)
]

/**
 * Operands for functions of one: floats of every exponent, the edges of what is done to them, and many of ordinary size;
 * so mixed that those of a vector have little to do with each other.
 */
export const operands: ReadonlyArray<number> = (() => {
  const count = Math.min(capacity, 4 * Math.floor(ordered.length / 4))
  const stride = Math.floor(count * golden) | 1
  const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
  let step = stride
  while (greatestCommonDivisor(step, count) !== 1) step++
  return Array.from({ length: count }, (_, at) => ordered[(at * step) % count] as number)
})()

/** Bases and exponents: special ones with each other, and pairs whose powers are floats. */
export const pairs: ReadonlyArray<readonly [number, number]> = [
  ...specials.flatMap((x) => specials.map((y) => [x, y] as const)),
  ...Array.from({ length: 20000 }, (_, at) => {
    const x = fromBits(Math.floor(((at * golden) % 1) * 0x7f80_0000))
    const y = Math.fround((((at * Math.SQRT2) % 1) * 290 - 155) / Math.log2(x))
    return at % 4 === 0 ? ([-x, Math.round(y)] as const) : ([x, y] as const)
  }),
  ...Array.from({ length: 20000 }, (_, at) => {
    const x = Math.fround(2 ** (((at * golden) % 1) * 2 - 1))
    return [x, Math.fround((((at * Math.SQRT2) % 1) * 290 - 155) / Math.log2(x))] as const
  })
]
