import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type AnyExpr, input, op } from "@residual/core"
import { cpuJudge } from "./judge/cpuJudge.ts"
import { webgpuJudge } from "./judge/webgpuJudge.ts"

const x = input("x", [3])
const values = Tensor.make([0.5, -0, Number.NaN])

/** Judges what is said to be an expression of `x`, and gives what is wrong. */
const defect = (expr: AnyExpr, ...given: ReadonlyArray<number>): string | undefined =>
  cpuJudge({ outputs: { y: expr } }, { x: values }, { outputs: { y: Tensor.make(given) }, updates: {} }).defect

describe("what a backend may compute", () => {
  it("is one number where IEEE 754 says so, with one sign of zero", () => {
    assert.strictEqual(defect(op.mul(x, 3), 1.5, -0, Number.NaN), undefined)
    assert.strictEqual(
      defect(op.mul(x, 3), 1.5 + 2 ** -23, -0, Number.NaN),
      "output y: element 0 is 1.5000001192092896, not 1.5"
    )
    assert.strictEqual(defect(op.mul(x, 3), 1.5, 0, Number.NaN), "output y: element 1 is 0, not -0")
    assert.strictEqual(defect(op.mul(x, 3), 1.5, -0, 0), "output y: element 2 is 0, not NaN")
  })

  it("is any number next to the value of an elementary function", () => {
    const value = Math.fround(Math.exp(0.5))
    assert.strictEqual(defect(op.exp(x), value, 1, Number.NaN), undefined)
    assert.strictEqual(defect(op.exp(x), value + 2 ** -23, 1, Number.NaN), undefined)
    assert.include(defect(op.exp(x), value + 2 ** -21, 1, Number.NaN), "output y: element 0 is 1.64872")
  })

  it("is every sum that some order of the terms gives, and one sum where none of them rounds", () => {
    const sum = (terms: ReadonlyArray<number>, given: number): string | undefined => {
      const tensors = { z: Tensor.make(terms) }
      const y = op.sum(input("z", [terms.length]))
      return cpuJudge({ outputs: { y } }, tensors, { outputs: { y: Tensor.make(given) }, updates: {} }).defect
    }
    for (const given of [0, 1]) assert.strictEqual(sum([2 ** 30, 1, -(2 ** 30)], given), undefined)
    assert.include(sum([2 ** 30, 1, -(2 ** 30)], 2 ** 10), "element 0 is 1024")
    assert.include(sum([2 ** 20, 1, -(2 ** 20)], 0), "element 0 is 0, not 1")
  })

  it("is nothing that can be told where a comparison hangs on a rounding, and counts as such", () => {
    const outputs = { y: op.less(op.exp(x), op.add(op.exp(op.mul(x, 1)), 1e-8)) }
    const found = { outputs: { y: Tensor.make([1, 1, 0], { dtype: "bool" }) }, updates: {} }
    assert.deepStrictEqual(cpuJudge({ outputs }, { x: values }, found), {
      defect: undefined,
      elements: 3,
      decided: 1
    })
  })

  it("is any form of sums, products and quotients where compilers rewrite them, and a zero for what is subnormal", () => {
    const given = (expr: AnyExpr, ...elements: ReadonlyArray<number>): string | undefined => {
      const found = { outputs: { y: Tensor.make(elements.map(Math.fround)) }, updates: {} }
      return webgpuJudge({ outputs: { y: expr } }, { x: Tensor.make([0.1, 3e38, 1e-38].map(Math.fround)) }, found)
        .defect
    }
    const third = op.mul(x, 1 / 3)
    assert.strictEqual(given(third, 0.1 / 3, 1e38, 0), undefined)
    assert.strictEqual(given(third, 0.1 / 3 + 2 ** -28, 1e38, 0), undefined)
    assert.include(given(third, 0.1 / 3 + 2 ** -26, 1e38, 0), "element 0")
    const whole = op.mul(op.add(x, x), 0.5)
    assert.strictEqual(given(whole, 0.1, 3e38, 1e-38), undefined)
    assert.strictEqual(given(whole, 0.1, Number.POSITIVE_INFINITY, 1e-38), undefined)
    assert.include(given(whole, 0.1, 1e38, 1e-38), "element 1")
    assert.strictEqual(given(op.sub(op.mul(x, 4), op.mul(x, 4)), 0, 0, 0), undefined)
    assert.include(given(op.maximum(op.neg(x), Number.NaN), -0.1, -3e38, 0), "element 0 is -0.1")
  })
})
