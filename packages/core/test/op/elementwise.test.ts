import { type AnyExpr, constant, type DType, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { primitivesOf, refusal, typeOf } from "./composition.ts"

const of = (dtype: DType.DType, shape: ReadonlyArray<number> = [2, 3]): AnyExpr => input("x", shape, { dtype })

const floatOps = {
  acos: op.acos,
  acosh: op.acosh,
  asin: op.asin,
  asinh: op.asinh,
  atanh: op.atanh,
  ceil: op.ceil,
  cosh: op.cosh,
  erfinv: op.erfinv,
  logSigmoid: op.logSigmoid,
  reciprocal: op.reciprocal,
  rsqrt: op.rsqrt,
  sigmoid: op.sigmoid,
  sinh: op.sinh,
  tan: op.tan
}
const numberOps = { abs: op.abs, sign: op.sign, square: op.square }

describe("ops of one value", () => {
  test.each(Object.entries(floatOps))(
    "%s keeps the type of floats and refuses others under its own name",
    (name, f) => {
      expect(typeOf(f(of("f64")))).toBe("f64[2,3]")
      expect(f(of("f32")).op.name).toBe(name)
      expect(f(of("f32")).op.elementwise).toBe(true)
      expect(refusal(() => f(of("i32")))).toBe(`${name}(i32[2,3]): expected floats`)
    }
  )

  test.each(Object.entries(numberOps))("%s keeps the type of numbers and refuses bools", (name, f) => {
    for (const dtype of ["f32", "f64", "i32", "u32"] as const) expect(typeOf(f(of(dtype)))).toBe(`${dtype}[2,3]`)
    expect(refusal(() => f(of("bool")))).toBe(`${name}(bool[2,3]): expected numbers`)
  })

  test("not keeps the type of bools and integers", () => {
    for (const dtype of ["bool", "i32", "u32"] as const) expect(typeOf(op.not(of(dtype)))).toBe(`${dtype}[2,3]`)
    expect(refusal(() => op.not(of("f32")))).toBe("not(f32[2,3]): expected bools or integers")
  })

  test("the logical names are those of the bitwise ops", () => {
    expect([op.logicalAnd, op.logicalOr, op.logicalXor, op.logicalNot]).toEqual([op.and, op.or, op.xor, op.not])
  })

  test("an unsigned value is its own magnitude", () => {
    expect(primitivesOf(op.abs(of("u32")))).toEqual([])
  })

  test("piecewise-constant ops have no backward", () => {
    for (const value of [op.sign(of("f32")), op.ceil(of("f32")), op.not(of("bool"))])
      expect(value.op.backward).toBe("none")
  })
})

describe("ops of two values", () => {
  test.each(Object.entries({ sub: op.sub, minimum: op.minimum }))(
    "%s broadcasts and keeps the element type",
    (name, f) => {
      expect(typeOf(f(of("f64", [2, 1]), of("f64", [3])))).toBe("f64[2,3]")
      expect(typeOf(f(of("u32"), 1))).toBe("u32[2,3]")
      expect(refusal(() => f(of("bool"), of("bool")))).toBe(`${name}(bool[2,3], bool[2,3]): expected numbers`)
      expect(refusal(() => f(of("f32"), of("f64")))).toBe(
        `${name}(f32[2,3], f64[2,3]): expected operands of one element type; use cast`
      )
      expect(refusal(() => f(of("f32"), of("f32", [2])))).toBe(
        `${name}(f32[2,3], f32[2]): expected shapes that broadcast: aligned at the last axis, sizes equal or 1`
      )
    }
  )

  test("the minimum of integers does not go through negatives, which the least one has not", () => {
    expect(primitivesOf(op.minimum(of("i32"), 1))).toEqual(["less", "where"])
    expect(primitivesOf(op.minimum(of("f32"), 1))).toEqual(["neg", "neg", "maximum", "neg"])
  })

  test.each(Object.entries({ lessEqual: op.lessEqual, greaterEqual: op.greaterEqual }))("%s gives bools", (name, f) => {
    expect(typeOf(f(of("i32", [2, 1]), of("i32", [3])))).toBe("bool[2,3]")
    expect(refusal(() => f(of("bool"), of("bool")))).toBe(`${name}(bool[2,3], bool[2,3]): expected numbers`)
  })

  test("notEqual compares values of any type", () => {
    expect(typeOf(op.notEqual(of("bool"), constant(true, { dtype: "bool" })))).toBe("bool[2,3]")
    expect(op.notEqual(of("f32"), 0).op.backward).toBe("none")
  })
})

test("a number beside integers is one of theirs, and the op that refuses another says so", () => {
  const range = "expected whole values from -2147483648 to 2147483647"
  expect(refusal(() => op.add(of("i32"), 0.5))).toBe(`add(i32[2,3]): ${range}, not 0.5`)
  expect(refusal(() => op.less(of("i32"), 2 ** 31))).toBe(`less(i32[2,3]): ${range}, not 2147483648`)
  expect(refusal(() => op.pad(of("i32"), { before: [1, 0], value: Number.NaN }))).toBe(
    `pad(i32[2,3]): ${range}, not NaN`
  )
  expect(typeOf(op.add(of("u32"), 2 ** 32 - 1))).toBe("u32[2,3]")
})

describe("clamp", () => {
  test("it composes only the bounds that it is given", () => {
    expect(primitivesOf(op.clamp(of("f32"), { min: 0 }))).toEqual(["maximum"])
    expect(primitivesOf(op.clamp(of("i32"), { max: 3 }))).toEqual(["less", "where"])
    expect(primitivesOf(op.clamp(of("f32"), {}))).toEqual([])
  })

  test("it refuses bools, and bounds that are no integers for integers", () => {
    expect(refusal(() => op.clamp(of("f32"), { min: Number.NaN }))).toBe(
      "clamp(f32[2,3]): expected bounds that are numbers, not NaN"
    )
    expect(refusal(() => op.clamp(of("bool"), { min: 0 }))).toBe("clamp(bool[2,3]): expected numbers")
    expect(refusal(() => op.clamp(of("i32"), { max: 0.5 }))).toBe(
      "clamp(i32[2,3]): expected whole values from -2147483648 to 2147483647, not 0.5"
    )
  })
})
