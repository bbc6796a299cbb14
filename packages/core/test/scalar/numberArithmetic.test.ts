import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { numberArithmetic as number } from "../../src/scalar/numberArithmetic.ts"

const ofMath = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "atan", "tanh", "floor"] as const
const integer = fc.integer({ min: -(2 ** 20), max: 2 ** 20 })

describe("numbers", () => {
  for (const name of ofMath) {
    test.prop([fc.double()])(`have Math's ${name}`, (x) => {
      expect(number[name](x)).toBe(Math[name](x))
    })
  }

  test.prop([fc.double(), fc.double()])("have JavaScript's sum, difference, product and quotient", (a, b) => {
    expect(number.add(a, b)).toBe(a + b)
    expect(number.sub(a, b)).toBe(a - b)
    expect(number.mul(a, b)).toBe(a * b)
    expect(number.div(a, b)).toBe(a / b)
    expect(number.neg(a)).toBe(-a)
  })

  test.prop([integer, integer, integer])("are a ring where nothing rounds", (a, b, c) => {
    expect(number.add(a, number.zero)).toBe(a)
    expect(number.mul(a, number.one)).toBe(a)
    expect(number.sub(a, a)).toBe(0)
    expect(number.equal(number.mul(a, number.add(b, c)), number.add(number.mul(a, b), number.mul(a, c)))).toBe(1)
  })
})

describe("round", () => {
  it("takes ties to the even integer and keeps the sign of zero", () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -0, 0.49999999999999994].map(number.round)).toEqual([0, 2, 2, -0, -2, -0, 0])
    expect([NaN, Infinity, -Infinity].map(number.round)).toEqual([NaN, Infinity, -Infinity])
  })

  test.prop([fc.double({ noNaN: true, noDefaultInfinity: true })])("is an integer at most a half away", (x) => {
    const rounded = number.round(x)
    expect(Number.isInteger(rounded)).toBe(true)
    expect(Math.abs(rounded - x)).toBeLessThanOrEqual(0.5)
    if (Math.abs(rounded - x) === 0.5) expect(Math.abs(rounded % 2)).toBe(0)
  })
})

describe("mod", () => {
  it("has the divisor's sign", () => {
    expect([number.mod(7, 3), number.mod(-7, 3), number.mod(7, -3), number.mod(-7, -3)]).toEqual([1, 2, -2, -1])
    expect([number.mod(1, 0), number.mod(Infinity, 2), number.mod(5, Infinity)]).toEqual([NaN, NaN, 5])
    expect([number.mod(6, 3), number.mod(-6, 3)]).toEqual([0, -0])
  })

  test.prop([integer, integer.filter((b) => b !== 0)])("leaves a multiple of the divisor", (a, b) => {
    const remainder = number.mod(a, b)
    expect(Math.abs((a - remainder) % b)).toBe(0)
    expect(remainder * b).toBeGreaterThanOrEqual(0)
    expect(Math.abs(remainder)).toBeLessThan(Math.abs(b))
  })
})

describe("pow", () => {
  test.prop([fc.double(), fc.double()])("is Math's where IEEE 754 agrees", (x, y) => {
    if (Math.abs(x) !== 1) expect(number.pow(x, y)).toBe(x ** y)
  })

  it("is 1 at a base of 1 and at an exponent of 0", () => {
    expect([number.pow(1, NaN), number.pow(1, Infinity), number.pow(-1, -Infinity)]).toEqual([1, 1, 1])
    expect([number.pow(NaN, 0), number.pow(0, 0), number.pow(Infinity, -0)]).toEqual([1, 1, 1])
    expect([number.pow(-1, 3), number.pow(-1, 0.5), number.pow(-1, NaN)]).toEqual([-1, NaN, NaN])
  })
})

describe("order", () => {
  test.prop([fc.double(), fc.double()])("agrees with JavaScript's", (a, b) => {
    expect(number.less(a, b)).toBe(Number(a < b))
    expect(number.equal(a, b)).toBe(Number(a === b))
    expect(number.isNaN(a)).toBe(Number(Number.isNaN(a)))
  })

  it("puts NaN last and zeros together when sorting", () => {
    expect([3, NaN, -Infinity, 1].sort(number.compareTotal)).toEqual([-Infinity, 1, 3, NaN])
    expect([number.compareTotal(0, -0), number.compareTotal(NaN, NaN)]).toEqual([0, 0])
  })

  it("spreads NaN through maximum, and prefers +0", () => {
    expect([number.maximum(1, NaN), number.maximum(NaN, 1), number.maximum(-0, 0)]).toEqual([NaN, NaN, 0])
  })
})

describe("conversions", () => {
  it("truncate toward zero", () => {
    expect([1.9, -1.9, -0.5, NaN, Infinity].map(number.toInteger)).toEqual([1, -1, 0, NaN, Infinity])
  })

  it("make truths numbers", () => {
    expect([number.fromTruth(0), number.fromTruth(1), number.fromTruth(2)]).toEqual([0, 1, NaN])
    expect([number.hull(1, 1), number.hull(1, 2)]).toEqual([1, NaN])
  })

  it("allocate zeros and round to 32 bits", () => {
    expect(number.allocate(2)).toEqual(new Float64Array(2))
    expect(number.roundToFloat32(0.1)).toBe(Math.fround(0.1))
    expect([number.vanishes(-0), number.vanishes(1e-300)]).toEqual([true, false])
  })
})
