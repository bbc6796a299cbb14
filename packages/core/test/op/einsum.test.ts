import { type AnyExpr, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { elementsOf, primitivesOf, refusal, typeOf } from "./composition.ts"

const einsum = (equation: string, ...shapes: ReadonlyArray<ReadonlyArray<number>>): AnyExpr =>
  op.einsum(equation, ...shapes.map((shape, at) => input(`x${at}`, shape)))

describe("shapes", () => {
  test.each([
    [
      "bqhd,bkhd->bhqk",
      [
        [2, 3, 5, 4],
        [2, 7, 5, 4]
      ],
      "f32[2,5,3,7]"
    ],
    [
      "ij,jk",
      [
        [2, 3],
        [3, 4]
      ],
      "f32[2,4]"
    ],
    ["ba", [[2, 3]], "f32[3,2]"],
    ["ii", [[3, 3]], "f32[]"],
    ["ii->i", [[3, 3]], "f32[3]"],
    ["iij->ji", [[3, 3, 2]], "f32[2,3]"],
    ["i,j,k->kij", [[2], [3], [4]], "f32[4,2,3]"],
    [
      "...ij,...jk->...ik",
      [
        [2, 1, 3, 4],
        [5, 4, 6]
      ],
      "f32[2,5,3,6]"
    ],
    [
      "...ij,...jk",
      [
        [2, 1, 3, 4],
        [5, 4, 6]
      ],
      "f32[2,5,3,6]"
    ],
    ["...i->...", [[2, 3, 4]], "f32[2,3]"],
    ["...i->i", [[2, 3, 4]], "f32[4]"],
    ["i, i -> ", [[3], [3]], "f32[]"],
    [",i->i", [[], [3]], "f32[3]"]
  ])("%s of %j is %s", (equation, shapes, expected) => {
    expect(typeOf(einsum(equation, ...shapes))).toBe(expected)
  })
})

describe("structure", () => {
  test("two matrices are one dot", () => {
    expect(primitivesOf(einsum("ij,jk->ik", [2, 3], [3, 4]))).toEqual(["dot"])
    expect(primitivesOf(einsum("ij,kj->ik", [2, 3], [4, 3]))).toEqual(["transpose", "dot"])
  })

  test("what only one operand reads is summed before the product", () => {
    expect(primitivesOf(einsum("bij,bjk->ik", [2, 3, 4], [2, 4, 5])).filter((name) => name === "dot").length).toBe(1)
    const early = einsum("ijz,jk->ik", [2, 3, 100], [3, 4])
    expect(elementsOf(early)).toBeLessThan(50)
  })

  test("operands are contracted in the order that keeps results small", () => {
    // From the left, the first product would have 50 × 50 elements.
    expect(elementsOf(einsum("ij,jk,kl->il", [50, 2], [2, 50], [50, 2]))).toBeLessThan(400)
  })

  test("axes that others stretch are left out, not repeated", () => {
    expect(primitivesOf(einsum("...ij,...jk->...ik", [1, 3, 4], [5, 4, 6]))).not.toContain("broadcast")
  })
})

describe("refusals", () => {
  test.each([
    [
      "ij,jk->ik->i",
      [
        [2, 3],
        [3, 4]
      ],
      'one "->" in "ij,jk->ik->i"'
    ],
    ["i1->i", [[2, 3]], 'letters and at most one "..." in "i1"'],
    ["i..->i", [[2, 3]], 'letters and at most one "..." in "i.."'],
    ["......->...", [[2, 3]], 'at most one "..." in "......"'],
    [
      "ij->ij",
      [
        [2, 3],
        [3, 4]
      ],
      '1 operands for "ij", not 2'
    ],
    ["ijk->i", [[2, 3]], '3 axes for "ijk", operand 0 has 2'],
    ["...ijk->i", [[2, 3]], '3 axes for "...ijk", operand 0 has 2'],
    [
      "ij,jk->ik",
      [
        [2, 3],
        [4, 5]
      ],
      'one size for "j", not 3 and 4'
    ],
    ["ii->i", [[2, 3]], 'one size for "i", not 2 and 3'],
    ["...,...->...", [[2], [3]], 'one size for "...", not 2 and 3'],
    ["ij->ik", [[2, 3]], 'labels of the operands in "ik", not "k"'],
    ["ij->ii", [[2, 3]], 'each label once in "ii", not "i" twice']
  ])("%s of %j", (equation, shapes, expected) => {
    const types = shapes.map((shape) => `f32[${shape.join(",")}]`).join(", ")
    expect(refusal(() => einsum(equation, ...shapes))).toBe(`einsum(${types}): expected ${expected}`)
  })

  test("operands of several element types", () => {
    expect(refusal(() => op.einsum("i,i", input("a", [2]), input("b", [2], { dtype: "f64" })))).toBe(
      "einsum(f32[2], f64[2]): expected operands of one numeric type"
    )
  })
})
