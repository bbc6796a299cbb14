import { pairs, specials } from "../../cpu/elementary/operands.ts"

/** Integers of 32 bits at and next to where something happens, and others. */
const integers = [
  ...[0, 1, 2, 3, 7, 31, 32, 33, 255, 65535, 65536, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe],
  ...[0xffff_ffff, 0xffff_fffd, 0xffff_fff9],
  ...Array.from({ length: 40 }, (_, at) => Math.imul(at + 1, 0x9e37_79b1) >>> 0)
]

/** All pairs of those, as words. */
export const integerPairs: ReadonlyArray<readonly [number, number]> = integers.flatMap((a) =>
  integers.map((b) => [a, b] as const)
)

const quotients = [0.1, 0.5, 0.999, 1, 1.5, 2, 3, 7.3, 255, 256, 257, 1e4, 1e7, 3e8, 2 ** 40, 2 ** 90, 2 ** 200]

/** Floats to divide by floats: special ones, those of `pow`, and multiples of divisors of every exponent. */
export const dividends: ReadonlyArray<readonly [number, number]> = [
  ...specials.flatMap((a) => specials.map((b) => [a, b] as const)),
  ...pairs.slice(0, 4000),
  ...Array.from({ length: 270 }, (_, exponent) => 1.2345 * 2 ** (exponent - 148)).flatMap((divisor) =>
    quotients.flatMap((quotient) => {
      const dividend = divisor * quotient
      return (
        [
          [1, 1],
          [1, -1],
          [-1, 1],
          [-1, -1]
        ] as const
      ).map(([a, b]) => [a * dividend, b * divisor] as const)
    })
  )
]
