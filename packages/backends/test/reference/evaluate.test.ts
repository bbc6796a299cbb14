import { input, op } from "@residual/core"
import { grad } from "@residual/graph"
import { describe, expect, test } from "vitest"
import { evaluate, nested } from "../../src/reference/index.ts"

describe("evaluate", () => {
  test("computes an expression and its gradient", () => {
    const x = input("x", [2, 2])
    const w = input("w", [2, 2])
    const y = op.sum(op.mul(op.dot(x, w), op.dot(x, w)))
    const { loss, slope } = evaluate(
      { loss: y, slope: grad(y, [w])[0]! },
      {
        x: [
          [1, 2],
          [3, 4]
        ],
        w: [
          [1, 0],
          [0, 1]
        ]
      }
    )
    expect(nested(loss)).toBe(30)
    expect(nested(slope)).toEqual([
      [20, 28],
      [28, 40]
    ])
  })

  test("names a missing input, one that is not read, and one of another size", () => {
    const y = op.neg(input("x", [2]))
    expect(() => evaluate({ y })).toThrow('input "x": expected f32[2], given nothing')
    expect(() => evaluate({ y }, { x: [1, 2], z: 1 })).toThrow(
      'input "z": expected nothing: it is not read, given a value'
    )
    expect(() => evaluate({ y }, { x: [1] })).toThrow('input "x": expected f32[2], given f32[1]')
  })
})
