import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import type { Arithmetic } from "../../src/scalar/arithmetic.ts"
import { type Dual, dual } from "../../src/scalar/dualArithmetic.ts"
import { intervalArithmetic } from "../../src/scalar/intervalArithmetic.ts"
import { numberArithmetic as number } from "../../src/scalar/numberArithmetic.ts"

const first = dual(number)
const second = dual(first)

type Unary = "neg" | "exp" | "expm1" | "log" | "log1p" | "sqrt" | "sin" | "cos" | "atan" | "tanh" | "erf"
type Binary = "add" | "sub" | "mul" | "div" | "mod" | "pow" | "maximum"
type DualNumber = Dual<number>

const variable = (primal: number): DualNumber => ({ primal, tangent: 1 })
const secondVariable = (x: number): Dual<DualNumber> => ({ primal: variable(x), tangent: first.one })
const range = (min: number, max: number) => fc.double({ noNaN: true, min, max })

// Each function with a domain on which it is smooth, and its first two derivatives in closed form.
const slope = 2 / Math.sqrt(Math.PI)
const unaries: ReadonlyArray<[Unary, number, number, (x: number) => number, (x: number) => number]> = [
  ["neg", -5, 5, () => -1, () => 0],
  ["exp", -5, 5, Math.exp, Math.exp],
  ["expm1", -5, 5, Math.exp, Math.exp],
  ["log", 0.1, 9, (x) => 1 / x, (x) => -1 / x ** 2],
  ["log1p", -0.9, 9, (x) => 1 / (1 + x), (x) => -1 / (1 + x) ** 2],
  ["sqrt", 0.1, 9, (x) => 0.5 / Math.sqrt(x), (x) => -0.25 * x ** -1.5],
  ["sin", -5, 5, Math.cos, (x) => -Math.sin(x)],
  ["cos", -5, 5, (x) => -Math.sin(x), (x) => -Math.cos(x)],
  ["atan", -5, 5, (x) => 1 / (1 + x * x), (x) => (-2 * x) / (1 + x * x) ** 2],
  ["tanh", -3, 3, (x) => 1 / Math.cosh(x) ** 2, (x) => (-2 * Math.tanh(x)) / Math.cosh(x) ** 2],
  ["erf", -3, 3, (x) => slope * Math.exp(-x * x), (x) => -2 * x * slope * Math.exp(-x * x)]
]

const expectClose = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)))

// Central differences: the truncation error is of order h², the rounding error of order 1e-16/h.
const h = 1e-5
const central = (f: (x: number) => number, x: number) => (f(x + h) - f(x - h)) / (2 * h)

describe("derivatives of functions of one number", () => {
  for (const [name, low, high, derivative, curvature] of unaries) {
    test.prop([range(low, high)])(`${name}: closed forms and central differences, first and second`, (x) => {
      const { primal, tangent } = first[name](variable(x))
      expect(primal).toBe(number[name](x))
      expectClose(tangent, derivative(x), 1e-12)
      expectClose(tangent, central(number[name], x), 1e-6)
      const twice = second[name](secondVariable(x))
      expect(twice.primal).toEqual({ primal, tangent })
      expect(twice.tangent.primal).toBe(tangent)
      expectClose(twice.tangent.tangent, curvature(x), 1e-11)
      expectClose(
        twice.tangent.tangent,
        central((at) => first[name](variable(at)).tangent, x),
        1e-6
      )
    })
  }

  it("are zero for steps", () => {
    expect(first.floor(variable(1.5))).toEqual({ primal: 1, tangent: 0 })
    expect(first.round(variable(1.5))).toEqual({ primal: 2, tangent: 0 })
  })

  it("are infinite where the function is vertical", () => {
    expect(first.sqrt(variable(0)).tangent).toBe(Infinity)
    expect(first.log(variable(0)).tangent).toBe(Infinity)
  })
})

describe("derivatives of functions of two numbers", () => {
  const binaries: ReadonlyArray<[Binary, fc.Arbitrary<[number, number]>]> = [
    ["add", fc.tuple(range(-5, 5), range(-5, 5))],
    ["sub", fc.tuple(range(-5, 5), range(-5, 5))],
    ["mul", fc.tuple(range(-5, 5), range(-5, 5))],
    ["div", fc.tuple(range(-5, 5), range(0.2, 5))],
    ["div", fc.tuple(range(-5, 5), range(-5, -0.2))],
    ["pow", fc.tuple(range(0.2, 3), range(-3, 3))],
    ["mod", fc.tuple(range(0.1, 0.9), fc.constantFrom(1, 2, 5))],
    ["mod", fc.tuple(range(-0.9, -0.1), fc.constantFrom(1, 2, 5))],
    ["mod", fc.tuple(range(7.3, 7.9), fc.constantFrom(-2, 3))],
    ["maximum", fc.tuple(range(-5, 0), range(0.1, 5))],
    ["maximum", fc.tuple(range(0.1, 5), range(-5, 0))]
  ]

  binaries.forEach(([name, pairs], row) => {
    test.prop([pairs])(`${name} (${row}): central differences in each operand`, ([a, b]) => {
      const f = number[name]
      expect(first[name](variable(a), first.fromNumber(b)).primal).toBe(f(a, b))
      expectClose(
        first[name](variable(a), first.fromNumber(b)).tangent,
        central((x) => f(x, b), a),
        1e-6
      )
      expectClose(
        first[name](first.fromNumber(a), variable(b)).tangent,
        central((x) => f(a, x), b),
        1e-6
      )
    })

    test.prop([pairs, range(-2, 2), range(-2, 2)])(`${name} (${row}): second order along a line`, ([a, b], s, t) => {
      const along = (x: number): Dual<number> =>
        first[name]({ primal: a + s * x, tangent: s }, { primal: b + t * x, tangent: t })
      const lift = (x: number, step: number): Dual<DualNumber> => ({
        primal: { primal: x, tangent: step },
        tangent: { primal: step, tangent: 0 }
      })
      const curvature = second[name](lift(a, s), lift(b, t)).tangent.tangent
      expectClose(
        curvature,
        central((x) => along(x).tangent, 0),
        1e-5
      )
    })
  })

  it("have the textbook values", () => {
    expect(second.pow(secondVariable(2), second.fromNumber(3))).toEqual({
      primal: { primal: 8, tangent: 12 },
      tangent: { primal: 12, tangent: 12 }
    })
    expect(second.mul(secondVariable(3), secondVariable(3)).tangent).toEqual({ primal: 6, tangent: 2 })
    expect(dual(second).name).toBe("dual(dual(dual(number)))")
  })

  it("give the third derivative of x³", () => {
    const third = dual(second)
    const x = { primal: secondVariable(2), tangent: second.one }
    expect(third.pow(x, third.fromNumber(3)).tangent.tangent.tangent).toBe(6)
  })
})

describe("conventions", () => {
  it("share the tangent of a tied maximum", () => {
    expect(first.maximum({ primal: 1, tangent: 4 }, { primal: 1, tangent: 0 })).toEqual({ primal: 1, tangent: 2 })
    expect(first.maximum({ primal: 1, tangent: 4 }, { primal: NaN, tangent: 0 })).toEqual({ primal: NaN, tangent: NaN })
  })

  it("keep powers finite at an exponent or a base of zero", () => {
    expect(first.pow(variable(0), first.fromNumber(0))).toEqual({ primal: 1, tangent: 0 })
    expect(first.pow(variable(0), first.fromNumber(1))).toEqual({ primal: 0, tangent: 1 })
    expect(first.pow(variable(0), first.fromNumber(2))).toEqual({ primal: 0, tangent: 0 })
    expect(first.pow(first.fromNumber(0), variable(2))).toEqual({ primal: 0, tangent: 0 })
    expect(second.pow(secondVariable(0), second.fromNumber(2)).tangent.tangent).toBe(2)
    expect(second.pow(secondVariable(0), second.fromNumber(1)).tangent.tangent).toBe(0)
  })

  it("differentiate powers of negative bases by the base", () => {
    expect(first.pow(variable(-2), first.fromNumber(3))).toEqual({ primal: -8, tangent: 12 })
    expect(first.pow(first.fromNumber(-2), variable(3)).tangent).toBeNaN()
  })

  it("leave constants without a tangent wherever they go", () => {
    const zero = first.fromNumber(0)
    expect([first.sqrt(zero), first.log(zero), first.div(zero, zero)].map(({ tangent }) => tangent)).toEqual([0, 0, 0])
    expect(first.mul(zero, first.fromNumber(Infinity))).toEqual({ primal: NaN, tangent: 0 })
  })

  it("look at the primal for order, integers and NaN", () => {
    const [one, two] = [{ primal: 1, tangent: 9 }, variable(2)]
    expect([first.less(one, two), first.equal(one, variable(1)), first.isNaN(variable(NaN))]).toEqual([1, 1, 1])
    expect([first.compareTotal(two, one), first.toInteger(variable(-1.5)), first.toNumber(two)]).toEqual([1, -1, 2])
    expect([first.vanishes(first.zero), first.vanishes(variable(0))]).toEqual([true, false])
    expect(first.fromTruth(1)).toEqual(first.one)
    expect(first.hull(one, one)).toEqual(one)
    expect(first.roundToFloat32({ primal: 0.1, tangent: 0.3 })).toEqual({
      primal: Math.fround(0.1),
      tangent: Math.fround(0.3)
    })
    expect(first.allocate(2)[1]).toEqual(first.zero)
  })
})

describe("duals of intervals", () => {
  const bounded = dual(intervalArithmetic)
  const silu = <A>(a: Arithmetic<A>, x: A): A => a.div(x, a.add(a.one, a.exp(a.neg(x))))

  test.prop([range(-3, 3), range(0, 0.5), range(0, 1)])("bound derivatives", (low, width, part) => {
    const x = { primal: { low, high: low + width, nan: false }, tangent: intervalArithmetic.one }
    const at = Math.min(low + width, low + part * width)
    const { primal, tangent } = silu(bounded, x)
    const exact = silu(first, variable(at))
    expect(primal.low <= exact.primal && exact.primal <= primal.high).toBe(true)
    expect(tangent.low <= exact.tangent && exact.tangent <= tangent.high).toBe(true)
  })

  it("take both tangents of an undecided maximum", () => {
    const wide = { low: -1, high: 1, nan: false }
    const relu = bounded.maximum({ primal: wide, tangent: intervalArithmetic.one }, bounded.zero)
    expect(relu).toEqual({ primal: { low: 0, high: 1, nan: false }, tangent: { low: 0, high: 1, nan: false } })
  })
})
