import { type AnyExpr, type DType, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { primitivesOf, refusal, typeOf } from "./composition.ts"

const a = (shape: ReadonlyArray<number>, dtype: DType.DType = "f32"): AnyExpr => input("a", shape, { dtype })
const b = (shape: ReadonlyArray<number>, dtype: DType.DType = "f32"): AnyExpr => input("b", shape, { dtype })

describe("shapes", () => {
  test.each([
    [[3, 4], [4, 5], "f32[3,5]"],
    [[4], [4], "f32[]"],
    [[3, 4], [4], "f32[3]"],
    [[4], [4, 6], "f32[6]"],
    [[2, 3, 4], [4], "f32[2,3]"],
    [[4], [2, 4, 6], "f32[2,6]"],
    [[7, 2, 3], [3, 4], "f32[7,2,4]"],
    [[2, 3], [7, 3, 4], "f32[7,2,4]"],
    [[2, 1, 3, 4], [5, 4, 2], "f32[2,5,3,2]"],
    [[2, 6, 3, 4], [2, 1, 4, 2], "f32[2,6,3,2]"],
    [[2, 0], [0, 3], "f32[2,3]"],
    [[0, 2, 3], [3, 4], "f32[0,2,4]"]
  ])("%j · %j -> %s", (left, right, expected) => {
    expect(typeOf(op.matmul(a(left), b(right)))).toBe(expected)
    expect(op.matmul(a(left), b(right)).op.name).toBe("matmul")
  })

  test("integers multiply, too", () => {
    expect(typeOf(op.matmul(a([2, 3], "i32"), b([3, 2], "i32")))).toBe("i32[2,2]")
  })
})

describe("structure", () => {
  test("matrices are one dot", () => {
    expect(primitivesOf(op.matmul(a([3, 4]), b([4, 5])))).toEqual(["dot"])
    expect(primitivesOf(op.matmul(a([2, 3, 4]), b([2, 4, 5])))).toEqual(["dot"])
  })

  test("one matrix for a batch is not repeated: the batch becomes rows of one dot", () => {
    const product = op.matmul(a([7, 2, 3]), b([3, 4]))
    expect(primitivesOf(product)).toEqual(["reshape", "dot", "reshape"])
    expect(product.body[0]?.inputs[0]?.inputs.map(typeOf)).toEqual(["f32[14,3]", "f32[3,4]"])
    expect(primitivesOf(op.matmul(a([3, 4]), b([7, 4, 5])))).not.toContain("broadcast")
    expect(primitivesOf(op.matmul(a([4]), b([7, 4, 5])))).not.toContain("broadcast")
  })

  test("heads that share a matrix are rows of it as well", () => {
    const grouped = op.matmul(a([2, 6, 3, 4]), b([2, 1, 4, 5]))
    expect(primitivesOf(grouped)).not.toContain("broadcast")
    expect(grouped.body[0]?.inputs[0]?.inputs.map(typeOf)).toEqual(["f32[2,18,4]", "f32[2,4,5]"])
  })
})

describe("refusals", () => {
  const form = "expected [...b, m, k] · [...b, k, n]"
  test("name the sizes that do not fit", () => {
    expect(refusal(() => op.matmul(a([8, 8]), b([32, 8])))).toBe(
      `matmul(f32[8,8], f32[32,8]): ${form}, the inner sizes are 8 and 32`
    )
    expect(refusal(() => op.matmul(a([3]), b([4])))).toBe(
      `matmul(f32[3], f32[4]): ${form}, the inner sizes are 3 and 4`
    )
    expect(refusal(() => op.matmul(a([2, 3, 4]), b([5, 4, 3])))).toBe(
      `matmul(f32[2,3,4], f32[5,4,3]): ${form}, the batch sizes [2] and [5] do not broadcast`
    )
    expect(refusal(() => op.matmul(a([]), b([4])))).toBe(`matmul(f32[], f32[4]): ${form}, one operand is a scalar`)
    expect(refusal(() => op.matmul(a([2, 2]), b([2, 2], "f64")))).toBe(
      `matmul(f32[2,2], f64[2,2]): ${form} of one numeric type`
    )
  })
})
