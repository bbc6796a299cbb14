import { type AnyExpr, type DType, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { primitivesOf, refusal, typeOf } from "./composition.ts"

const of = (shape: ReadonlyArray<number>, dtype: DType.DType = "f32"): AnyExpr => input("x", shape, { dtype })
const at = (shape: ReadonlyArray<number>): AnyExpr => input("at", shape, { dtype: "i32" })

describe("takeAlongAxis", () => {
  test("gives an element for each index, of which there may be fewer than elements", () => {
    expect(typeOf(op.takeAlongAxis(of([4, 6]), at([4, 3]), { axis: 1 }))).toBe("f32[4,3]")
    expect(typeOf(op.takeAlongAxis(of([4, 6]), at([9, 2]), { axis: 0 }))).toBe("f32[9,2]")
  })

  test("looks up the last axis without moving any", () => {
    expect(primitivesOf(op.takeAlongAxis(of([4, 6]), at([4, 3])))).toEqual(["gather"])
  })

  test("refuses indices that do not fit", () => {
    expect(refusal(() => op.takeAlongAxis(of([4, 6]), of([4, 6])))).toBe(
      "takeAlongAxis(f32[4,6], f32[4,6]): expected integer indices"
    )
    expect(refusal(() => op.takeAlongAxis(of([4, 6]), at([5, 6])))).toBe(
      "takeAlongAxis(f32[4,6], i32[5,6]): expected indices of its rank, no more than it but along axis 1"
    )
    expect(refusal(() => op.takeAlongAxis(of([4, 6]), at([6])))).toBe(
      "takeAlongAxis(f32[4,6], i32[6]): expected indices of its rank, no more than it but along axis 1"
    )
  })
})

describe("indexSelect, embedding and oneHot", () => {
  test("give slices, rows and ones", () => {
    expect(typeOf(op.indexSelect(of([3, 6, 2]), at([5]), { axis: 1 }))).toBe("f32[3,5,2]")
    expect(typeOf(op.embedding(of([7, 4], "f64"), at([3, 5])))).toBe("f64[3,5,4]")
    expect(typeOf(op.oneHot(at([3, 5]), 4))).toBe("f32[3,5,4]")
    expect(typeOf(op.oneHot(of([3], "u32"), 4, { dtype: "bool" }))).toBe("bool[3,4]")
    expect(op.oneHot(at([3]), 4).op.backward).toBe("none")
  })

  test("refuse what they cannot look up", () => {
    expect(refusal(() => op.indexSelect(of([3]), at([2, 2])))).toBe(
      "indexSelect(f32[3], i32[2,2]): expected a list of indices"
    )
    expect(refusal(() => op.embedding(of([]), at([2])))).toBe("embedding(f32[], i32[2]): expected a table of rows")
    expect(refusal(() => op.embedding(of([2, 2]), of([2])))).toBe(
      "embedding(f32[2,2], f32[2]): expected integer indices"
    )
    expect(refusal(() => op.oneHot(at([2]), -1))).toBe("oneHot(i32[2]): expected a whole, non-negative depth, not -1")
  })
})

describe("scatterAdd", () => {
  test("adds into the target itself where indices cover it, and beside it where they do not", () => {
    const whole = op.scatterAdd(of([3, 5]), at([3, 4]), input("updates", [3, 4]))
    expect(typeOf(whole)).toBe("f32[3,5]")
    expect(primitivesOf(whole)).toEqual(["scatterAdd"])
    const part = op.scatterAdd(of([3, 5]), at([2, 4]), input("updates", [2, 7]))
    expect(typeOf(part)).toBe("f32[3,5]")
    expect(primitivesOf(part)).toEqual(["slice", "scatterAdd", "pad", "add"])
    expect(typeOf(op.scatterAdd(of([5, 3]), at([9, 3]), input("updates", [9, 3]), { axis: 0 }))).toBe("f32[5,3]")
  })

  test("refuses indices beyond the updates or the target, and other element types", () => {
    const expected = (axis: number): string =>
      `expected numbers of one type and rank, and indices no more than the updates, nor than the target but along axis ${axis}`
    expect(refusal(() => op.scatterAdd(of([3, 5]), at([3, 4]), of([3, 3])))).toBe(
      `scatterAdd(f32[3,5], i32[3,4], f32[3,3]): ${expected(1)}`
    )
    expect(refusal(() => op.scatterAdd(of([3, 5]), at([3, 6]), of([3, 6]), { axis: 0 }))).toBe(
      `scatterAdd(f32[3,5], i32[3,6], f32[3,6]): ${expected(0)}`
    )
    expect(refusal(() => op.scatterAdd(of([3]), at([3]), of([3], "f64")))).toBe(
      `scatterAdd(f32[3], i32[3], f64[3]): ${expected(0)}`
    )
    expect(refusal(() => op.scatterAdd(of([3]), of([3]), of([3])))).toBe(
      "scatterAdd(f32[3], f32[3], f32[3]): expected integer indices"
    )
  })
})
