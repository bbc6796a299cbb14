import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { addDown, addUp, divDown, divUp, mulDown, mulUp, sqrtDown, sqrtUp } from "../../src/scalar/directedRounding.ts"
import { compare, inSmallestUnits, unit } from "./exactRational.ts"
import { ulpsApart } from "./floatBits.ts"

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
  fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 1000, 2 ** -1000)
)
const nonZero = finite.filter((x) => x !== 0)

// Whether low ≤ p/q ≤ high, with p and q > 0 integers, and low and high at most one float apart.
const encloses = (low: number, high: number, p: bigint, q: bigint) => {
  if (low !== -Infinity) expect(compare(inSmallestUnits(low) * q, p * unit)).toBeLessThanOrEqual(0)
  if (high !== Infinity) expect(compare(inSmallestUnits(high) * q, p * unit)).toBeGreaterThanOrEqual(0)
  expect(ulpsApart(low, high)).toBeLessThanOrEqual(2)
}

describe("directed rounding encloses the exact", () => {
  test.prop([finite, finite], { numRuns: 1000 })("sum", (a, b) => {
    encloses(addDown(a, b), addUp(a, b), inSmallestUnits(a) + inSmallestUnits(b), unit)
  })

  test.prop([finite, finite], { numRuns: 1000 })("product", (a, b) => {
    encloses(mulDown(a, b), mulUp(a, b), inSmallestUnits(a) * inSmallestUnits(b), unit * unit)
  })

  test.prop([finite, nonZero], { numRuns: 1000 })("quotient", (a, b) => {
    const sign = b < 0 ? -1n : 1n
    encloses(divDown(a, b), divUp(a, b), inSmallestUnits(a) * sign, inSmallestUnits(b) * sign)
  })

  test.prop([finite.map(Math.abs)], { numRuns: 1000 })("square root", (x) => {
    const low = inSmallestUnits(sqrtDown(x))
    const high = inSmallestUnits(sqrtUp(x))
    expect(compare(low * low, inSmallestUnits(x) * unit)).toBeLessThanOrEqual(0)
    expect(compare(high * high, inSmallestUnits(x) * unit)).toBeGreaterThanOrEqual(0)
    expect(ulpsApart(sqrtDown(x), sqrtUp(x))).toBeLessThanOrEqual(2)
  })
})

describe("directed rounding keeps exact results", () => {
  const whole = fc.integer({ min: -(2 ** 26), max: 2 ** 26 })

  test.prop([whole, whole])("of sums, products, quotients and roots of integers", (a, b) => {
    // Adding 0 takes the sign from a zero.
    const bounds = (low: number, high: number) => [low + 0, high + 0]
    const exactly = (x: number) => [x + 0, x + 0]
    const divisor = b === 0 ? 1 : b
    expect(bounds(addDown(a, b), addUp(a, b))).toEqual(exactly(a + b))
    expect(bounds(mulDown(a, b), mulUp(a, b))).toEqual(exactly(a * b))
    expect(bounds(sqrtDown(a * a), sqrtUp(a * a))).toEqual(exactly(Math.abs(a)))
    expect(bounds(divDown(a * divisor, divisor), divUp(a * divisor, divisor))).toEqual(exactly(a))
  })

  test.prop([fc.double({ noNaN: true, min: -1e100, max: 1e100 }), fc.double({ noNaN: true, min: 1e-50, max: 1e100 })])(
    "and is one step wide around others",
    (a, b) => {
      expect(ulpsApart(addDown(a, b), addUp(a, b))).toBeLessThanOrEqual(1)
      expect(ulpsApart(divDown(1, b), divUp(1, b))).toBeLessThanOrEqual(1)
      expect(ulpsApart(mulDown(b, b), mulUp(b, b))).toBeLessThanOrEqual(1)
      expect(ulpsApart(sqrtDown(b), sqrtUp(b))).toBeLessThanOrEqual(1)
    }
  )

  it("of infinite operands", () => {
    expect(addDown(Infinity, 1)).toBe(Infinity)
    expect(addDown(Infinity, -Infinity)).toBeNaN()
    expect(mulUp(-Infinity, 2)).toBe(-Infinity)
    expect([mulDown(0, Infinity), Math.abs(mulUp(Infinity, 0))]).toEqual([0, 0])
    expect([divDown(1, Infinity), divUp(1, Infinity) + 0]).toEqual([0, 0])
    expect([divDown(-Infinity, 2), divUp(-Infinity, 2)]).toEqual([-Infinity, -Infinity])
    expect([sqrtDown(Infinity), sqrtUp(Infinity), sqrtDown(0)]).toEqual([Infinity, Infinity, 0])
  })

  it("but not of overflow and underflow", () => {
    expect([addDown(1.7e308, 1.7e308), addUp(1.7e308, 1.7e308)]).toEqual([Number.MAX_VALUE, Infinity])
    expect([mulDown(1e-200, 1e-200), mulUp(1e-200, 1e-200)]).toEqual([0, Number.MIN_VALUE])
    expect([mulDown(-1e-200, 1e-200), mulUp(-1e-200, 1e-200) + 0]).toEqual([-Number.MIN_VALUE, 0])
  })
})
