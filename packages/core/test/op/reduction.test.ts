import { type AnyExpr, type DType, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { elementsOf, primitivesOf, refusal, typeOf } from "./composition.ts"

const of = (shape: ReadonlyArray<number>, dtype: DType.DType = "f32"): AnyExpr => input("x", shape, { dtype })

const reductions = {
  mean: op.mean,
  min: op.min,
  prod: op.prod,
  variance: op.variance,
  std: op.std,
  logSumExp: op.logSumExp,
  norm: op.norm
}

describe.each(Object.entries(reductions))("%s", (name, reduce) => {
  test("reduces the given axes, all by default, and keeps them at size 1 when asked to", () => {
    const x = of([2, 3, 4], "f64")
    expect(typeOf(reduce(x))).toBe("f64[]")
    expect(typeOf(reduce(x, { keepDims: true }))).toBe("f64[1,1,1]")
    expect(typeOf(reduce(x, { axes: 1 }))).toBe("f64[2,4]")
    expect(typeOf(reduce(x, { axes: [-1, 0] }))).toBe("f64[3]")
    expect(typeOf(reduce(x, { axes: [-1, 0], keepDims: true }))).toBe("f64[1,3,1]")
    expect(typeOf(reduce(x, { axes: [] }))).toBe("f64[2,3,4]")
    expect(reduce(x).op.name).toBe(name)
  })

  test("refuses axes that there are none of, under its own name", () => {
    expect(refusal(() => reduce(of([2, 3]), { axes: [2] }))).toBe(
      `${name}(f32[2,3]): expected an axis from -2 to 1, not 2`
    )
    expect(refusal(() => reduce(of([2, 3]), { axes: [0, -2] }))).toBe(
      `${name}(f32[2,3]): expected each axis once, not [0,-2]`
    )
  })
})

describe("reductions of no elements", () => {
  test("a mean, a least element and what is made of them are refused", () => {
    for (const name of ["mean", "min", "variance", "std", "logSumExp"] as const) {
      expect(refusal(() => op[name](of([2, 0]), { axes: [1] }))).toBe(
        `${name}(f32[2,0]): expected at least one element`
      )
      expect(typeOf(op[name](of([0, 3]), { axes: [1] }))).toBe("f32[0]")
    }
    expect(refusal(() => op.norm(of([0]), { order: Number.POSITIVE_INFINITY }))).toBe(
      "norm(f32[0]): expected at least one element"
    )
  })

  test("a product, a norm, any and all have their neutral element", () => {
    expect(typeOf(op.prod(of([2, 0]), { axes: [1] }))).toBe("f32[2]")
    expect(typeOf(op.norm(of([2, 0]), { axes: [1] }))).toBe("f32[2]")
    expect(op.any(of([2, 0], "bool"), { axes: [1] }).body[0]?.inputs[0]?.attrs).toMatchObject({ values: [0] })
    expect(typeOf(op.all(of([2, 0], "bool"), { axes: [1], keepDims: true }))).toBe("bool[2,1]")
  })
})

describe("variance and std", () => {
  test("refuse a correction that leaves nothing to divide by", () => {
    expect(refusal(() => op.variance(of([2, 1]), { axes: [1], correction: 1 }))).toBe(
      "variance(f32[2,1]): expected more elements along [1] than the correction, 1"
    )
    expect(refusal(() => op.std(of([3]), { correction: 3 }))).toBe(
      "std(f32[3]): expected more elements along [0] than the correction, 3"
    )
  })
})

describe("norm", () => {
  test("takes the orders 1, 2 and Infinity", () => {
    expect(primitivesOf(op.norm(of([3]), { order: 1 }))).toContain("sum")
    expect(primitivesOf(op.norm(of([3]), { order: Number.POSITIVE_INFINITY }))).toContain("max")
    expect(refusal(() => op.norm(of([3]), { order: 3 }))).toBe(
      "norm(f32[3]): expected an order of 1, 2 or Infinity, not 3"
    )
  })
})

describe("prod", () => {
  test("multiplies halves, in so many levels as the length has binary digits", () => {
    expect(primitivesOf(op.prod(of([64]))).filter((name) => name === "mul").length).toBe(6)
    expect(primitivesOf(op.prod(of([65]))).filter((name) => name === "mul").length).toBe(7)
    expect(primitivesOf(op.prod(of([64]))).filter((name) => name === "pad").length).toBe(0)
    expect(primitivesOf(op.prod(of([1])))).toEqual(["reshape"])
    for (const length of [10, 100, 1000]) expect(elementsOf(op.prod(of([length]))) / length).toBeLessThan(8)
  })
})

describe("argMax and argMin", () => {
  test.each(Object.entries({ argMax: op.argMax, argMin: op.argMin }))("%s gives i32 indices", (name, find) => {
    expect(typeOf(find(of([2, 3, 4]), { axis: 1 }))).toBe("i32[2,4]")
    expect(typeOf(find(of([2, 3, 4]), { axis: -1, keepDims: true }))).toBe("i32[2,3,1]")
    expect(typeOf(find(of([2, 3, 4])))).toBe("i32[]")
    expect(typeOf(find(of([2, 3, 4]), { keepDims: true }))).toBe("i32[1,1,1]")
    expect(typeOf(find(of([2, 3], "u32"), { axis: 0 }))).toBe("i32[3]")
    expect(typeOf(find(of([2, 3], "bool"), { axis: 0 }))).toBe("i32[3]")
    expect(find(of([2, 3])).inputs[0]?.op.backward).toBe("none")
    expect(refusal(() => find(of([2, 0]), { axis: 1 }))).toBe(`${name}(f32[2,0]): expected at least one element`)
    expect(refusal(() => find(of([2, 3]), { axis: 2 }))).toBe(`${name}(f32[2,3]): expected an axis from -2 to 1, not 2`)
  })
})

describe("element types", () => {
  test("means and logarithms are of floats, quantifiers of bools, extrema of anything", () => {
    expect(refusal(() => op.mean(of([2], "i32")))).toBe("mean(i32[2]): expected floats")
    expect(refusal(() => op.logSumExp(of([2], "i32")))).toBe("logSumExp(i32[2]): expected floats")
    expect(refusal(() => op.any(of([2], "i32")))).toBe("any(i32[2]): expected bools")
    expect(refusal(() => op.all(of([2])))).toBe("all(f32[2]): expected bools")
    expect(typeOf(op.min(of([2], "bool")))).toBe("bool[]")
    expect(typeOf(op.prod(of([2], "u32")))).toBe("u32[]")
  })
})
