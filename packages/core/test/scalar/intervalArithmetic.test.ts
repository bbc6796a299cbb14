import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { assumedUlp } from "../../src/scalar/assumedUlp.ts"
import type { Interval } from "../../src/scalar/interval.ts"
import { contains, hull, isPoint, make, midpoint, onlyNaN, point, print } from "../../src/scalar/interval.ts"
import { intervalArithmetic as interval } from "../../src/scalar/intervalArithmetic.ts"
import { numberArithmetic as number } from "../../src/scalar/numberArithmetic.ts"
import { UndecidedError } from "../../src/scalar/undecidedError.ts"
import { ulpsApart } from "./floatBits.ts"

const unaries = [
  "neg",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "sin",
  "cos",
  "atan",
  "tanh",
  "erf",
  "floor",
  "round",
  "roundToFloat32"
] as const
const binaries = ["add", "sub", "mul", "div", "mod", "pow", "maximum"] as const

const bound = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 710),
  fc.integer({ min: -8, max: 8 }).map((n) => n / 2),
  fc.double({ noNaN: true, min: -10, max: 10 }),
  fc.double({ noNaN: true, min: -800, max: 800 }),
  fc.double({ noNaN: true })
)
const anyInterval = fc.oneof(
  fc.tuple(bound, bound, fc.boolean()).map(([a, b, nan]) => make(Math.min(a, b), Math.max(a, b), nan)),
  fc
    .tuple(bound, fc.double({ noNaN: true, min: 0, max: 1e-3 }))
    .map(([a, width]) => make(a, Number.isFinite(a) ? a + Math.abs(a) * width : a)),
  bound.map(point),
  fc.constant(onlyNaN)
)
// A member: an end, the middle, some other number, either zero, or NaN, as far as the interval has it.
const memberOf = (a: Interval, part: number, choice: number): number => {
  const between = a.low + part * (a.high - a.low)
  const candidates = [between, a.low, a.high, midpoint(a), 0, -0, 1, -1, Math.round(between), NaN]
  const members = candidates.filter((x) => contains(a, x))
  return members[choice % members.length] ?? NaN
}
const withMember = fc
  .tuple(anyInterval, fc.double({ noNaN: true, min: 0, max: 1 }), fc.nat(9))
  .map(([a, part, choice]) => ({ a, x: memberOf(a, part, choice) }))

const expectMember = (a: Interval, x: number) => {
  expect(Number.isNaN(a.low) || Number.isNaN(a.high)).toBe(false)
  expect(a.low <= a.high || a.nan).toBe(true)
  expect(contains(a, x), `${x} in ${print(a)}`).toBe(true)
}

describe("an interval's image contains its members' images", () => {
  for (const name of unaries) {
    test.prop([withMember], { numRuns: 1000 })(name, ({ a, x }) => {
      expectMember(interval[name](a), number[name](x))
    })
  }

  for (const name of binaries) {
    test.prop([withMember, withMember], { numRuns: 3000 })(name, ({ a, x }, { a: b, x: y }) => {
      expectMember(interval[name](a, b), number[name](x, y))
    })
  }

  test("what is finite over infinity is 0, though every corner is infinity over infinity", () => {
    expect(interval.div(make(-Infinity, Infinity), point(Infinity))).toEqual(make(0, 0, true))
    expect(interval.div(make(-Infinity, Infinity), point(-Infinity))).toEqual(make(0, 0, true))
    expect(interval.div(point(Infinity), make(1, Infinity))).toEqual(make(Infinity, Infinity, true))
  })

  test.prop([withMember, withMember], { numRuns: 1000 })(
    "comparisons, where they are decided",
    ({ a, x }, { a: b, x: y }) => {
      expect([2, number.less(x, y)]).toContain(interval.less(a, b))
      expect([2, number.equal(x, y)]).toContain(interval.equal(a, b))
      expect([2, number.isNaN(x)]).toContain(interval.isNaN(a))
    }
  )

  test.prop([withMember, withMember], { numRuns: 1000 })(
    "integers and orders, or refuses",
    ({ a, x }, { a: b, x: y }) => {
      const unlessUndecided = <T>(decide: () => T, expected: T) => {
        try {
          expect(decide()).toEqual(expected)
        } catch (error) {
          if (!(error instanceof UndecidedError)) throw error
          expect(isPoint(a) && isPoint(b)).toBe(false)
        }
      }
      unlessUndecided(() => interval.toInteger(a), number.toInteger(x))
      unlessUndecided(() => interval.compareTotal(a, b), number.compareTotal(x, y))
    }
  )
})

describe("an interval's image is tight", () => {
  test.prop([fc.double({ noNaN: true, min: -20, max: 20 })])("to the assumed error at a point", (x) => {
    const widths = { exp: assumedUlp.exp, expm1: assumedUlp.expm1, atan: assumedUlp.atan, sin: assumedUlp.sin }
    for (const [name, ulp] of Object.entries(widths) as ReadonlyArray<[keyof typeof widths, number]>) {
      const image = interval[name](point(x))
      expect(ulpsApart(image.low, image.high)).toBeLessThanOrEqual(4 * ulp)
    }
  })

  test.prop([fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 1000 })])(
    "and exact on integers",
    (a, b) => {
      const [x, y] = [point(a), point(b)]
      expect(interval.add(x, y)).toEqual(point(a + b))
      expect(interval.sub(x, y)).toEqual(point(a - b))
      expect(interval.mul(x, y)).toEqual(point(a * b))
      expect(interval.div(interval.mul(x, y), y)).toEqual(x)
      expect(interval.sqrt(interval.mul(y, y))).toEqual(y)
      expect(interval.mod(x, y)).toEqual(point(number.mod(a, b)))
    }
  )

  it("at the points where functions are exact", () => {
    expect([interval.exp(point(0)), interval.log(point(1)), interval.cos(point(0))]).toEqual([
      point(1),
      point(0),
      point(1)
    ])
    for (const name of ["expm1", "log1p", "sin", "atan", "tanh", "erf", "sqrt"] as const) {
      expect(interval[name](point(0))).toEqual(point(0))
    }
    expect([interval.pow(point(7), point(0)), interval.pow(point(1), onlyNaN)]).toEqual([point(1), point(1)])
  })

  it("and keeps to a function's range and sign", () => {
    expect(interval.tanh(make(20, 30)).high).toBe(1)
    expect(interval.erf(make(-9, 9))).toEqual(make(-1, 1))
    expect(interval.expm1(make(-Infinity, 0))).toEqual(make(-1, 0))
    expect(interval.exp(make(-1000, 0))).toEqual(make(0, 1))
    expect(interval.tanh(point(1e-320)).low).toBeGreaterThanOrEqual(0)
  })

  it("finds the extrema of sine and cosine", () => {
    expect(interval.sin(make(1, 2)).high).toBe(1)
    expect(interval.sin(make(1, 2)).low).toBeCloseTo(Math.sin(1), 14)
    expect(interval.sin(make(4, 5)).low).toBe(-1)
    expect(interval.cos(make(-0.5, 0.5)).high).toBe(1)
    expect(interval.cos(make(3, 3.5)).low).toBe(-1)
    expect(interval.sin(make(0, 7))).toEqual(make(-1, 1))
    expect(interval.sin(make(-0.5, 0.5)).high).toBeCloseTo(Math.sin(0.5), 14)
    expect(interval.sin(point(Infinity))).toEqual(onlyNaN)
    expect(interval.cos(make(0, Infinity))).toEqual(make(-1, 1, true))
  })

  it("follows remainders while the quotient is one integer", () => {
    const remainder = interval.mod(make(7.25, 7.5), point(3))
    expect([remainder.low, remainder.high]).toEqual([1.25, 1.5])
    expect(interval.mod(make(2, 4), point(3))).toEqual(make(0, 3))
    expect(interval.mod(make(-4, -2), point(-3))).toEqual(make(-3, 0))
    expect(interval.mod(point(1), make(-1, 2))).toEqual(make(-1, 2, true))
    expect(interval.mod(point(1e20), point(3))).toEqual(point(1e20 % 3))
  })

  it("follows the signs of powers", () => {
    expect(interval.pow(make(-2, 1), point(2)).low).toBe(0)
    expect(interval.pow(make(-2, 1), point(2)).high).toBeCloseTo(4, 12)
    expect(interval.pow(make(-2, -1), point(3)).high).toBe(-1)
    expect(interval.pow(make(-1, 1), point(-1))).toEqual(make(-Infinity, Infinity))
    expect(interval.pow(point(-2), point(0.5))).toEqual(onlyNaN)
    expect(interval.pow(make(-4, 4), point(0.5)).nan).toBe(true)
    expect(interval.pow(onlyNaN, make(0, 1))).toEqual(make(1, 1, true))
  })
})

describe("NaN and infinity", () => {
  it("are told apart from numbers", () => {
    expect(interval.log(make(-1, Math.E)).nan).toBe(true)
    expect(interval.log(make(-2, -1))).toEqual(onlyNaN)
    expect(interval.log(make(0, 1))).toEqual(make(-Infinity, 0))
    expect(interval.sqrt(make(-1, 4))).toEqual(make(0, 2, true))
    expect(interval.sub(point(Infinity), point(Infinity))).toEqual(onlyNaN)
    expect(interval.div(point(0), point(0))).toEqual(onlyNaN)
    expect(interval.mul(point(0), point(Infinity))).toEqual(onlyNaN)
    expect(interval.div(point(1), make(-1, 1))).toEqual(make(-Infinity, Infinity))
    expect(interval.div(make(0, 1), make(-1, 1))).toEqual(make(-Infinity, Infinity, true))
  })

  it("bound overflow by the largest float", () => {
    expect(interval.mul(point(1e200), point(1e200))).toEqual(make(Number.MAX_VALUE, Infinity))
    expect(interval.exp(point(1000)).high).toBe(Infinity)
    expect(interval.exp(point(1000)).low).toBeLessThan(Infinity)
  })

  it("spread through maximum", () => {
    expect(interval.maximum(onlyNaN, point(1))).toEqual(onlyNaN)
    expect(interval.maximum(make(0, 1, true), point(0.5))).toEqual(make(0.5, 1, true))
  })
})

describe("undecided", () => {
  it("comparisons say so", () => {
    expect(interval.less(make(0, 1), make(2, 3))).toBe(1)
    expect(interval.less(make(2, 3), make(0, 1))).toBe(0)
    expect(interval.less(make(0, 2), make(1, 3))).toBe(2)
    expect(interval.less(make(0, 1, true), make(2, 3))).toBe(2)
    expect(interval.equal(point(1), point(1))).toBe(1)
    expect(interval.equal(make(0, 1), make(0, 1))).toBe(2)
    expect(interval.equal(make(0, 1), make(2, 3))).toBe(0)
    expect(interval.isNaN(make(0, 1, true))).toBe(2)
    expect(interval.fromTruth(2)).toEqual(make(0, 1))
  })

  it("integers and orders are refused with the interval in the message", () => {
    expect(() => interval.toInteger(make(0.5, 1.5))).toThrowError(
      new UndecidedError("toInteger", "[0.5, 1.5] holds several integers")
    )
    expect(() => interval.compareTotal(make(0, 1), make(1, 2, true))).toThrowError(
      new UndecidedError("compareTotal", "[0, 1] and [1, 2] or NaN overlap")
    )
    expect(interval.toInteger(make(-0.5, 0.5))).toBe(0)
    expect([point(2), onlyNaN, point(1)].sort(interval.compareTotal)).toEqual([point(1), point(2), onlyNaN])
  })
})

describe("conversions", () => {
  it("have the midpoint for a number", () => {
    expect([make(1, 4), make(-Infinity, Infinity), make(0, Infinity), make(-Infinity, 0)].map(midpoint)).toEqual([
      2.5,
      0,
      Number.MAX_VALUE,
      -Number.MAX_VALUE
    ])
    expect(midpoint(make(1.7e308, 1.75e308))).toBe(1.725e308)
    expect([interval.toNumber(onlyNaN), interval.toNumber(interval.fromNumber(-3))]).toEqual([NaN, -3])
  })

  it("allocate zeros, join and round outward", () => {
    expect(interval.allocate(2)[1]).toEqual(point(0))
    expect(interval.hull(point(2), make(0, 1, true))).toEqual(make(0, 2, true))
    expect(hull(onlyNaN, point(1))).toEqual(make(1, 1, true))
    expect(interval.roundToFloat32(point(0.1))).toEqual(make(0.09999999403953552, 0.10000000149011612))
    expect([
      interval.vanishes(interval.zero),
      interval.vanishes(make(0, 1)),
      interval.vanishes(make(0, 0, true))
    ]).toEqual([true, false, false])
  })
})
