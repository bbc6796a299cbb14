import { op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { computed, f32, f64, i32, u32 } from "../computed.ts"

const lowest = -(2 ** 31)
const highest = 2 ** 31 - 1

describe("float arithmetic", () => {
  test("signs of zero are kept", () => {
    expect(computed(op.neg, [f64([0, -0, 1])])).toEqual([-0, 0, -1])
    expect(computed(op.add, [f64([-0, -0]), f64([-0, 0])])).toEqual([-0, 0])
    expect(computed(op.mul, [f64([-1, 1]), f64([0, -0])])).toEqual([-0, -0])
    expect(computed(op.maximum, [f64([-0, 0]), f64([0, -0])])).toEqual([0, 0])
    expect(computed(op.sqrt, [f64([-0, 0])])).toEqual([-0, 0])
  })

  test("infinities and NaN follow IEEE 754", () => {
    expect(computed(op.div, [f64([1, -1, 0]), f64([0, 0, 0])])).toEqual([Infinity, -Infinity, NaN])
    expect(computed(op.mul, [f64([0]), f64([Infinity])])).toEqual([NaN])
    expect(computed(op.maximum, [f64([NaN, 1]), f64([1, NaN])])).toEqual([NaN, NaN])
    expect(computed(op.log, [f64([0, -1])])).toEqual([-Infinity, NaN])
    expect(computed(op.log1p, [f64([-1, -2])])).toEqual([-Infinity, NaN])
    expect(computed(op.exp, [f64([-Infinity, Infinity])])).toEqual([0, Infinity])
    expect(computed(op.atan, [f64([-Infinity, Infinity])])).toEqual([-Math.PI / 2, Math.PI / 2])
    expect(computed(op.tanh, [f64([-Infinity, Infinity])])).toEqual([-1, 1])
    expect(computed(op.erf, [f64([-Infinity, 0, Infinity])])).toEqual([-1, 0, 1])
  })

  test("elementary functions", () => {
    expect(computed(op.exp, [f64([0, 1])])).toEqual([1, Math.E])
    expect(computed(op.expm1, [f64([1e-20])])).toEqual([1e-20])
    expect(computed(op.log1p, [f64([1e-20])])).toEqual([1e-20])
    expect(computed(op.log, [f64([Math.E])])).toEqual([1])
    expect(computed(op.sqrt, [f64([9, 2, -1])])).toEqual([3, Math.SQRT2, NaN])
    expect(computed(op.sin, [f64([0, Math.PI / 2])])).toEqual([0, 1])
    expect(computed(op.cos, [f64([0, Math.PI])])).toEqual([1, -1])
    expect(computed(op.atan, [f64([1])])).toEqual([Math.PI / 4])
    expect(computed(op.tanh, [f64([0.5])])).toEqual([Math.tanh(0.5)])
    expect(computed(op.pow, [f64([2, 0, -8, 0]), f64([10, 0, 1 / 3, -1])])).toEqual([1024, 1, NaN, Infinity])
  })

  test("rounding goes to the even neighbour, floor down", () => {
    expect(computed(op.round, [f64([0.5, 1.5, 2.5, -0.5, -1.5])])).toEqual([0, 2, 2, -0, -2])
    expect(computed(op.floor, [f64([1.5, -1.5, -0, NaN])])).toEqual([1, -2, -0, NaN])
  })

  test("the remainder has the sign of the divisor", () => {
    expect(computed(op.mod, [f64([7, -7, 7, -7]), f64([3, 3, -3, -3])])).toEqual([1, 2, -2, -1])
    expect(computed(op.mod, [f64([1]), f64([0])])).toEqual([NaN])
  })

  test("rounded mode keeps 32 bits of an f32 and all of an f64", () => {
    expect(computed(op.add, [f32([0.1]), f32([0.2])], "rounded")).toEqual([
      Math.fround(Math.fround(0.1) + Math.fround(0.2))
    ])
    expect(computed(op.add, [f64([0.1]), f64([0.2])], "rounded")).toEqual([0.1 + 0.2])
    expect(computed(op.add, [f32([0.1]), f32([0.2])], "exact")).toEqual([0.1 + 0.2])
    expect(computed(op.exp, [f32([100])], "rounded")).toEqual([Infinity])
  })
})

describe("integer arithmetic", () => {
  test("wraps around", () => {
    expect(computed(op.add, [i32([highest]), i32([1])])).toEqual([lowest])
    expect(computed(op.add, [u32([2 ** 32 - 1]), u32([2])])).toEqual([1])
    expect(computed(op.mul, [i32([65536]), i32([65536])])).toEqual([0])
    expect(computed(op.mul, [i32([123456789]), i32([987654321])])).toEqual([-67153019])
    expect(computed(op.mul, [u32([2 ** 32 - 1]), u32([2 ** 32 - 1])])).toEqual([1])
    expect(computed(op.neg, [i32([lowest, 5])])).toEqual([lowest, -5])
    expect(computed(op.neg, [u32([1, 0])])).toEqual([2 ** 32 - 1, 0])
  })

  test("division goes towards zero, the remainder down, and a divisor of 0 gives 0", () => {
    expect(computed(op.div, [i32([7, -7, 7, lowest, 1]), i32([2, 2, -2, -1, 0])])).toEqual([3, -3, -3, lowest, 0])
    expect(computed(op.div, [u32([2 ** 32 - 1]), u32([2])])).toEqual([2 ** 31 - 1])
    expect(computed(op.mod, [i32([7, -7, 7, -6, 5]), i32([3, 3, -3, 3, 0])])).toEqual([1, 2, -2, 0, 0])
  })

  test("maximum and comparisons see u32 as unsigned", () => {
    expect(computed(op.maximum, [u32([2 ** 31]), u32([1])])).toEqual([2 ** 31])
    expect(computed(op.less, [u32([2 ** 31]), u32([1])])).toEqual([false])
    expect(computed(op.less, [i32([lowest]), i32([1])])).toEqual([true])
  })

  test("bits", () => {
    expect(computed(op.and, [i32([-1, 12]), i32([6, 10])])).toEqual([6, 8])
    expect(computed(op.or, [u32([2 ** 31, 12]), u32([1, 10])])).toEqual([2 ** 31 + 1, 14])
    expect(computed(op.xor, [u32([2 ** 32 - 1]), u32([1])])).toEqual([2 ** 32 - 2])
    expect(computed(op.shiftLeft, [i32([1, 1, 1]), i32([31, 32, 33])])).toEqual([lowest, 1, 2])
    expect(computed(op.shiftLeft, [u32([3]), u32([31])])).toEqual([2 ** 31])
    expect(computed(op.shiftRight, [i32([-8, -1]), i32([1, 31])])).toEqual([-4, -1])
    expect(computed(op.shiftRight, [u32([2 ** 32 - 8]), u32([1])])).toEqual([2 ** 31 - 4])
  })
})

describe("comparisons", () => {
  test("are false of NaN, and zeros are equal", () => {
    expect(computed(op.less, [f64([1, 2, NaN, 1]), f64([2, 1, 1, NaN])])).toEqual([true, false, false, false])
    expect(computed(op.equal, [f64([NaN, 0, 1]), f64([NaN, -0, 2])])).toEqual([false, true, false])
  })
})
