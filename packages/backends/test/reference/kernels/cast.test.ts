import { op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { bool, computed, f32, f64, i32, u32 } from "../computed.ts"

describe("cast", () => {
  test("floats are truncated and held within the integer's range, NaN is 0", () => {
    const x = f64([1.9, -1.9, 3e9, -3e9, NaN, Infinity, -0])
    expect(computed((x) => op.cast(x, "i32"), [x])).toEqual([1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1, 0])
    expect(computed((x) => op.cast(x, "u32"), [x])).toEqual([1, 0, 3e9, 0, 0, 2 ** 32 - 1, 0])
  })

  test("integers keep their bits", () => {
    expect(computed((x) => op.cast(x, "u32"), [i32([-1, 5])])).toEqual([2 ** 32 - 1, 5])
    expect(computed((x) => op.cast(x, "i32"), [u32([2 ** 32 - 1, 5])])).toEqual([-1, 5])
  })

  test("whatever is not 0 is true", () => {
    expect(computed((x) => op.cast(x, "bool"), [f64([0, -0, 0.5, NaN])])).toEqual([false, false, true, true])
    expect(computed((x) => op.cast(x, "bool"), [i32([0, -3])])).toEqual([false, true])
  })

  test("to floats, rounded only in rounded mode", () => {
    expect(computed((x) => op.cast(x, "f32"), [bool([true, false])])).toEqual([1, 0])
    expect(computed((x) => op.cast(x, "f32"), [i32([2 ** 24 + 1])], "rounded")).toEqual([2 ** 24])
    expect(computed((x) => op.cast(x, "f32"), [i32([2 ** 24 + 1])], "exact")).toEqual([2 ** 24 + 1])
    expect(computed((x) => op.cast(x, "f32"), [f64([0.1])], "rounded")).toEqual([Math.fround(0.1)])
    expect(computed((x) => op.cast(x, "f64"), [f32([0.1])], "rounded")).toEqual([Math.fround(0.1)])
    expect(computed((x) => op.cast(x, "i32"), [bool([true, false])])).toEqual([1, 0])
  })
})

describe("where", () => {
  test("takes each element from one side, and nothing of the other", () => {
    expect(computed(op.where, [bool([true, false]), f64([1, NaN]), f64([NaN, 2])])).toEqual([1, 2])
    expect(computed(op.where, [bool([true, false]), i32([1, 2]), i32([3, 4])])).toEqual([1, 4])
    expect(computed(op.where, [bool([true, false]), bool([true, true]), bool([false, false])])).toEqual([true, false])
  })
})
