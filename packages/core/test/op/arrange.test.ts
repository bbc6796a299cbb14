import { type AnyExpr, type DType, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { primitivesOf, refusal, typeOf } from "./composition.ts"

const of = (shape: ReadonlyArray<number>, dtype: DType.DType = "f32", name = "x"): AnyExpr =>
  input(name, shape, { dtype })

describe("stack", () => {
  test("adds an axis where it is asked to", () => {
    const values = [of([2, 3], "i32", "a"), of([2, 3], "i32", "b")]
    expect(typeOf(op.stack(values))).toBe("i32[2,2,3]")
    expect(typeOf(op.stack(values, { axis: 1 }))).toBe("i32[2,2,3]")
    expect(typeOf(op.stack([...values, of([2, 3], "i32", "c")], { axis: -1 }))).toBe("i32[2,3,3]")
  })

  test("refuses values of several types, and none", () => {
    expect(refusal(() => op.stack([of([2]), of([3])]))).toBe("stack(f32[2], f32[3]): expected values of one type")
    expect(refusal(() => op.stack([]))).toBe("stack(): expected at least one value")
  })
})

describe("split", () => {
  test("gives parts of the given sizes, or so many equal ones", () => {
    expect(op.split(of([2, 6]), 3, { axis: -1 }).map(typeOf)).toEqual(["f32[2,2]", "f32[2,2]", "f32[2,2]"])
    expect(op.split(of([5, 2]), [1, 0, 4]).map(typeOf)).toEqual(["f32[1,2]", "f32[0,2]", "f32[4,2]"])
    expect(op.split(of([5]), 1).map(typeOf)).toEqual(["f32[5]"])
  })

  test("refuses parts that do not make up the axis", () => {
    expect(refusal(() => op.split(of([5]), 2))).toBe(
      "split(f32[5]): expected a number of parts that divides axis 0, not 2"
    )
    expect(refusal(() => op.split(of([5]), [2, 2]))).toBe(
      "split(f32[5]): expected sizes that add up to the 5 of axis 0, not [2,2]"
    )
  })

  test("its backward is one concatenation, with zeros for the parts that nothing came back to", () => {
    const parts = op.split(of([2, 6]), [1, 2, 3], { axis: 1 })
    const application = parts[0]?.inputs[0] as AnyExpr
    const { backward } = application.op
    if (typeof backward !== "function") throw new Error("split has a backward of its own")
    const residual = of([2, 2], "f32", "r")
    const [handed] = backward([null, residual, null], {
      inputs: application.inputs,
      outputs: parts,
      attrs: application.attrs
    })
    expect(typeOf(handed as AnyExpr)).toBe("f32[2,6]")
    expect(primitivesOf(handed as AnyExpr)).toEqual(["concat"])
  })
})

describe("roll", () => {
  test("keeps the type, and is nothing for a whole turn", () => {
    expect(typeOf(op.roll(of([2, 5]), 2, { axes: 1 }))).toBe("f32[2,5]")
    expect(primitivesOf(op.roll(of([2, 5]), [2, -5], { axes: [0, 1] }))).toEqual([])
    expect(primitivesOf(op.roll(of([2, 5]), -7, { axes: -1 }))).toEqual(["slice", "slice", "concat"])
    expect(primitivesOf(op.roll(of([2, 5]), 1))).toEqual(["reshape", "slice", "slice", "concat", "reshape"])
  })

  test("refuses other than one whole shift for each axis", () => {
    expect(refusal(() => op.roll(of([2, 5]), [1, 2], { axes: 1 }))).toBe(
      "roll(f32[2,5]): expected one whole shift for each of 1 axes, not [1,2]"
    )
    expect(refusal(() => op.roll(of([2]), 0.5, { axes: 0 }))).toBe(
      "roll(f32[2]): expected one whole shift for each of 1 axes, not [0.5]"
    )
    expect(refusal(() => op.roll(of([2]), 1, { axes: 1 }))).toBe("roll(f32[2]): expected an axis from -1 to 0, not 1")
  })
})

describe("tile", () => {
  test("aligns repeats at the last axis, and adds leading ones", () => {
    expect(typeOf(op.tile(of([2, 3]), [2, 1]))).toBe("f32[4,3]")
    expect(typeOf(op.tile(of([2, 3]), [2]))).toBe("f32[2,6]")
    expect(typeOf(op.tile(of([2, 3]), [5, 1, 0]))).toBe("f32[5,2,0]")
    expect(refusal(() => op.tile(of([2]), [-1]))).toBe("tile(f32[2]): expected whole, non-negative repeats, not [-1]")
  })
})

describe("triangles", () => {
  test.each(Object.entries({ triangularLower: op.triangularLower, triangularUpper: op.triangularUpper }))(
    "%s keeps the type of matrices",
    (name, triangle) => {
      expect(typeOf(triangle(of([5, 3, 4], "i32"), { diagonal: -1 }))).toBe("i32[5,3,4]")
      expect(refusal(() => triangle(of([3])))).toBe(`${name}(f32[3]): expected at least two axes`)
      expect(refusal(() => triangle(of([3, 3]), { diagonal: 0.5 }))).toBe(
        `${name}(f32[3,3]): expected a whole diagonal, not 0.5`
      )
    }
  )
})

describe("pad", () => {
  test("mirrors what lies next to the ends, without the ends themselves", () => {
    const padded = op.pad(of([2, 4]), { before: [0, 3], after: [1, 2], mode: "reflect" })
    expect(typeOf(padded)).toBe("f32[3,9]")
    expect(primitivesOf(padded)).toEqual(["slice", "concat", "slice", "slice", "concat"])
    expect(primitivesOf(op.pad(of([2]), { before: [0], mode: "reflect" }))).toEqual([])
  })

  test("refuses more than there is to mirror", () => {
    expect(refusal(() => op.pad(of([2, 4]), { before: [0, 4], mode: "reflect" }))).toBe(
      "pad(f32[2,4]): expected from 0 to 3 reflected elements at axis 1, not 4 and 0"
    )
    expect(refusal(() => op.pad(of([4]), { after: [-1], mode: "reflect" }))).toBe(
      "pad(f32[4]): expected from 0 to 3 reflected elements at axis 0, not 0 and -1"
    )
  })
})
