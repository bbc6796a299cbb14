import { type AnyExpr, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { elementsOf, primitivesOf, refusal, typeOf } from "./composition.ts"

const x = (...shape: ReadonlyArray<number>): AnyExpr => input("x", shape)

describe("max and average pooling", () => {
  test("count their windows, which are as far apart as they are long by default", () => {
    for (const [one, two] of [
      [op.maxPool1d, op.maxPool2d],
      [op.avgPool1d, op.avgPool2d]
    ] as const) {
      expect(typeOf(one(x(2, 3, 8), { kernel: 3 }))).toBe("f32[2,3,2]")
      expect(typeOf(one(x(2, 3, 8), { kernel: 3, strides: 1, padding: 1 }))).toBe("f32[2,3,8]")
      expect(typeOf(two(x(2, 3, 7, 6), { kernel: [3, 2] }))).toBe("f32[2,3,2,3]")
      expect(typeOf(two(x(2, 3, 7, 7), { kernel: 3, strides: 2, padding: 1 }))).toBe("f32[2,3,4,4]")
    }
    expect(typeOf(op.maxPool1d(x(2, 3, 8), { kernel: 3, dilation: 2, strides: 1 }))).toBe("f32[2,3,4]")
  })

  test("refuse windows that hold nothing, and other ranks and types", () => {
    expect(refusal(() => op.maxPool2d(x(1, 1, 8, 8), { kernel: 3, padding: 2 }))).toBe(
      "maxPool2d(f32[1,1,8,8]): expected padding of at most half the kernel, not [2,2]"
    )
    expect(refusal(() => op.avgPool1d(x(1, 1, 2), { kernel: 3 }))).toBe(
      "avgPool1d(f32[1,1,2]): expected windows of [3] within the padded sizes [2]"
    )
    expect(refusal(() => op.avgPool2d(x(1, 8, 8), { kernel: 3 }))).toBe(
      "avgPool2d(f32[1,8,8]): expected floats [n, c, h, w]"
    )
    expect(refusal(() => op.maxPool1d(input("x", [1, 1, 4], { dtype: "i32" }), { kernel: 2 }))).toBe(
      "maxPool1d(i32[1,1,4]): expected floats [n, c, w]"
    )
    expect(refusal(() => op.maxPool1d(x(1, 1, 4), { kernel: 0 }))).toBe(
      "maxPool1d(f32[1,1,4]): expected a kernel of at least 1 for 1 axes, not [0]"
    )
  })

  test("what is padded counts for a mean unless it is told not to", () => {
    const counts = (options: { readonly countIncludePad?: boolean }): unknown =>
      op.avgPool1d(x(1, 1, 5), { kernel: 3, strides: 2, padding: 1, ...options }).body[0]?.inputs[1]
    expect(counts({})).toMatchObject({ attrs: { values: [3] } })
    expect(counts({ countIncludePad: false })).toMatchObject({
      inputs: [{ attrs: { values: [2, 3, 2] } }]
    })
  })
})

describe("adaptiveAvgPool2d", () => {
  test("has the sizes that it is asked for, more than there are elements included", () => {
    expect(typeOf(op.adaptiveAvgPool2d(x(1, 2, 7, 5), [3, 2]))).toBe("f32[1,2,3,2]")
    expect(typeOf(op.adaptiveAvgPool2d(x(1, 2, 7, 5), 9))).toBe("f32[1,2,9,9]")
    expect(refusal(() => op.adaptiveAvgPool2d(x(1, 2, 7, 5), 0))).toBe(
      "adaptiveAvgPool2d(f32[1,2,7,5]): expected sizes of at least 1 for 2 axes, not [0,0]"
    )
    expect(refusal(() => op.adaptiveAvgPool2d(x(2, 7, 5), 1))).toBe(
      "adaptiveAvgPool2d(f32[2,7,5]): expected floats [n, c, h, w], of at least one element along h and w"
    )
  })

  test("equal ranges are means, and ranges that are not equal cost no more than the axis is long", () => {
    expect(primitivesOf(op.adaptiveAvgPool2d(x(1, 2, 6, 4), [3, 2]))).not.toContain("gather")
    for (const bins of [3, 30, 300]) {
      expect(elementsOf(op.adaptiveAvgPool2d(x(1, 1, 1000, 1), [bins, 1])) / 1000).toBeLessThan(10)
    }
  })
})
