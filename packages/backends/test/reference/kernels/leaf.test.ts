import { apply, constant, HostRandom, input, op, primitives } from "@residual/core"
import { describe, expect, test } from "vitest"
import { evaluate, nested } from "../../../src/reference/index.ts"
import { computed, f64, u32 } from "../computed.ts"

describe("leaves", () => {
  test("constants of every element type, filled and listed, rounded in rounded mode", () => {
    expect(nested(evaluate({ y: constant([0.1, -0]) }).y)).toEqual([0.1, -0])
    expect(nested(evaluate({ y: constant([0.1]) }, {}, "rounded").y)).toEqual([Math.fround(0.1)])
    expect(nested(evaluate({ y: op.fill(7, { dtype: "u32", shape: [2] }) }).y)).toEqual([7, 7])
    expect(nested(evaluate({ y: op.fill(1, { dtype: "bool", shape: [1, 2] }) }).y)).toEqual([[true, true]])
    expect(nested(evaluate({ y: op.fill(1, { dtype: "f32", shape: [0] }) }).y)).toEqual([])
  })

  test("iota counts along its axis", () => {
    expect(nested(evaluate({ y: op.iota([2, 3], { axis: 0 }) }).y)).toEqual([
      [0, 0, 0],
      [1, 1, 1]
    ])
    expect(nested(evaluate({ y: op.iota([2, 3], { axis: 1, dtype: "f32" }) }).y)).toEqual([
      [0, 1, 2],
      [0, 1, 2]
    ])
  })

  test("random bits are the key's at each place in row-major order", () => {
    const expected = [0, 1, 2, 3].map((place) => HostRandom.bits32([3, 2 ** 32 - 1], place))
    expect(computed((key) => op.reshape(op.randomBits(key!, [2, 2]), [4]), [u32([3, 2 ** 32 - 1])])).toEqual(expected)
  })

  test("stopGradient, barrier and project are the value itself", () => {
    expect(computed((x) => op.stopGradient(x!), [f64([1, NaN])])).toEqual([1, NaN])
    expect(computed((x) => op.barrier(x!), [f64([1, NaN])])).toEqual([1, NaN])
    expect(
      computed((x) => apply(primitives.project, [op.sort(x!).values.inputs[0]!], { output: 1 }), [f64([2, 1])])
    ).toEqual([1, 0])
  })

  test("an output may be an input, which stays as it is", () => {
    const x = input("x", [2])
    const given = Float64Array.of(0.1, 0.2)
    const { same, next } = evaluate({ same: x, next: op.add(x, 1) }, { x: given }, "rounded")
    expect(nested(same)).toEqual([Math.fround(0.1), Math.fround(0.2)])
    expect(nested(next)).toEqual([Math.fround(Math.fround(0.1) + 1), Math.fround(Math.fround(0.2) + 1)])
    expect(given).toEqual(Float64Array.of(0.1, 0.2))
  })
})
