import { type AnyExpr, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { primitivesOf, refusal, typeOf } from "./composition.ts"

const x = (...shape: ReadonlyArray<number>): AnyExpr => input("x", shape)
const w = (...shape: ReadonlyArray<number>): AnyExpr => input("w", shape)
const bias = (length: number): AnyExpr => input("b", [length])

describe("convolutions", () => {
  test("count their windows", () => {
    expect(typeOf(op.conv1d(x(2, 3, 9), w(4, 3, 3), { strides: 2, padding: 1 }))).toBe("f32[2,4,5]")
    expect(
      typeOf(op.conv2d(x(2, 4, 7, 6), w(6, 2, 3, 2), { padding: [1, 2], dilation: [2, 1], groups: 2, bias: bias(6) }))
    ).toBe("f32[2,6,5,9]")
    expect(typeOf(op.conv3d(x(1, 2, 4, 5, 6), w(3, 2, 2, 2, 2), { strides: [1, 2, 3] }))).toBe("f32[1,3,3,2,2]")
  })

  test("pad to as many windows as strides, or not at all, when told so by name", () => {
    expect(typeOf(op.conv2d(x(1, 1, 8, 7), w(1, 1, 3, 4), { padding: "same" }))).toBe("f32[1,1,8,7]")
    expect(typeOf(op.conv2d(x(1, 1, 8, 7), w(1, 1, 3, 4), { padding: "same", strides: [3, 2] }))).toBe("f32[1,1,3,4]")
    expect(typeOf(op.conv2d(x(1, 1, 8, 7), w(1, 1, 3, 4), { padding: "valid" }))).toBe("f32[1,1,6,4]")
    expect(op.conv1d(x(1, 1, 8), w(1, 1, 4), { padding: "same" }).attrs).toMatchObject({ before: [1], after: [2] })
  })

  test("are one product of the weight with every window", () => {
    const plain = op.conv2d(x(2, 4, 7, 6), w(6, 4, 3, 3))
    expect(plain.op.name).toBe("conv2d")
    expect(primitivesOf(plain).filter((name) => name === "dot" || name === "window")).toEqual(["window", "dot"])
    expect(primitivesOf(plain)).not.toContain("broadcast")
    expect(primitivesOf(plain)).not.toContain("pad")
  })

  test("refuse operands and options that do not fit", () => {
    const form = "expected [n, c, h, w] * [o, c / groups, kh, kw]"
    expect(refusal(() => op.conv2d(x(2, 4, 7, 6), w(6, 3, 3, 2)))).toBe(
      `conv2d(f32[2,4,7,6], f32[6,3,3,2]): ${form}, the channels are 4 and 3, the outputs 6, the groups 1`
    )
    expect(refusal(() => op.conv2d(x(2, 4, 7, 6), w(3, 2, 3, 2), { groups: 2 }))).toBe(
      `conv2d(f32[2,4,7,6], f32[3,2,3,2]): ${form}, the channels are 4 and 2, the outputs 3, the groups 2`
    )
    expect(refusal(() => op.conv2d(x(4, 7, 6), w(3, 4, 3, 2)))).toBe(`conv2d(f32[4,7,6], f32[3,4,3,2]): ${form}`)
    expect(refusal(() => op.conv2d(x(1, 1, 7, 6), w(3, 1, 3, 2), { bias: bias(2) }))).toBe(
      `conv2d(f32[1,1,7,6], f32[3,1,3,2], f32[2]): ${form} and a bias of [3]`
    )
    expect(refusal(() => op.conv1d(x(1, 1, 2), w(1, 1, 3)))).toBe(
      "conv1d(f32[1,1,2], f32[1,1,3]): expected windows of [3] within the padded sizes [2]"
    )
    expect(refusal(() => op.conv1d(x(1, 1, 5), w(1, 1, 3), { strides: 0 }))).toBe(
      "conv1d(f32[1,1,5], f32[1,1,3]): expected strides of at least 1 for 1 axes, not [0]"
    )
    expect(refusal(() => op.conv1d(x(1, 1, 5), w(1, 1, 3), { padding: [1, 1] }))).toBe(
      "conv1d(f32[1,1,5], f32[1,1,3]): expected padding of at least 0 for 1 axes, not [1,1]"
    )
  })
})

describe("convTranspose2d", () => {
  test("has the shape that its convolution comes from", () => {
    expect(typeOf(op.convTranspose2d(x(1, 3, 4, 5), w(3, 2, 3, 3), { strides: 2, padding: 1 }))).toBe("f32[1,2,7,9]")
    expect(
      typeOf(
        op.convTranspose2d(x(1, 4, 4, 5), w(4, 3, 2, 3), {
          groups: 2,
          dilation: [1, 2],
          outputPadding: [0, 1],
          bias: bias(6)
        })
      )
    ).toBe("f32[1,6,5,10]")
  })

  test("refuses operands and options that do not fit", () => {
    const form = "expected [n, c, h, w] * [c, o / groups, kh, kw]"
    expect(refusal(() => op.convTranspose2d(x(1, 3, 4, 5), w(2, 3, 3, 3)))).toBe(
      `convTranspose2d(f32[1,3,4,5], f32[2,3,3,3]): ${form}, the channels are 3 and 2, the groups 1`
    )
    expect(refusal(() => op.convTranspose2d(x(1, 3, 4, 5), w(3, 2, 3, 3), { outputPadding: 1 }))).toBe(
      `convTranspose2d(f32[1,3,4,5], f32[3,2,3,3]): ${form}, and an output padding below the stride or the dilation, not [1,1]`
    )
    expect(refusal(() => op.convTranspose2d(x(1, 1, 1, 1), w(1, 1, 2, 2), { padding: 1 }))).toBe(
      `convTranspose2d(f32[1,1,1,1], f32[1,1,2,2]): ${form}, and a result of at least one element, not [0,0]`
    )
  })
})

describe("unfold", () => {
  test("has a column for each window", () => {
    expect(typeOf(op.unfold(x(2, 3, 4, 5), { kernel: [2, 3] }))).toBe("f32[2,18,9]")
    expect(typeOf(op.unfold(x(2, 3, 4, 5), { kernel: 3, padding: 1, strides: 2, dilation: 2 }))).toBe("f32[2,27,2]")
    expect(refusal(() => op.unfold(x(3, 4, 5), { kernel: 2 }))).toBe(
      "unfold(f32[3,4,5]): expected numbers [n, c, h, w]"
    )
  })
})
