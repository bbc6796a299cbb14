import { type AnyExpr, constant, input, op, substitute, topological } from "@residual/core"
import { describe, expect, test } from "vitest"
import { primitivesOf, refusal } from "./composition.ts"

const [x, w] = [input("x", [2, 3]), input("w", [3, 3])]

interface Layer {
  readonly x: AnyExpr
  readonly w: AnyExpr
}

const layer = ({ x, w }: Layer) => ({ y: op.tanh(op.matmul(x, w)), parts: [op.exp(x), x] })

describe("recompute", () => {
  test("gives a tree of outputs of one op that reads what the function reads", () => {
    const { y, parts } = op.recompute(layer)({ x, w })
    const [application] = y.inputs as readonly [AnyExpr]
    expect([application.op.name, application.op.backward]).toEqual(["recompute", "recomputed"])
    expect(new Set(application.inputs)).toEqual(new Set([x, w]))
    for (const part of parts) expect(part.inputs).toEqual([application])
    expect(application.body.map(({ op }) => op.name)).toEqual(["tanh", "exp", "input"])
  })

  test("reads each operand once, and no constants", () => {
    const [half, seven] = [constant(0.5), constant(7)]
    const y = op.recompute(({ a, b, c }: Readonly<Record<string, AnyExpr>>) =>
      op.mul(op.add(a as AnyExpr, b as AnyExpr), c as AnyExpr)
    )({ a: x, b: x, c: half, d: w, e: seven })
    expect(y.inputs).toEqual([x])
  })

  test("gives back what is no expression, and nothing to compute again where there is none", () => {
    const result = op.recompute((x: AnyExpr) => ({ y: op.exp(x), name: "exp", count: 1 }))(x)
    expect([result.name, result.count, result.y.op.name]).toEqual(["exp", 1, "recompute"])
    expect(op.recompute((_: AnyExpr) => [1, 2])(x)).toEqual([1, 2])
  })

  test("refuses a function that reads a value from outside", () => {
    expect(refusal(() => op.recompute((x: AnyExpr) => op.matmul(x, w))(x))).toBe(
      'recompute(f32[2,3]): expected every value that its body reads as an input, but it reads "w" from outside'
    )
  })
})

describe("substitute", () => {
  test("composes what reads a replaced value anew, and leaves the rest as it is", () => {
    const [shared, sorted] = [op.exp(w), op.sort(x)]
    const y = op.add(op.sum(op.gelu(sorted.values)), op.sum(shared))
    const other = input("other", [2, 3])
    const [replaced, same] = substitute([y, shared], new Map([[x, other]])) as readonly [AnyExpr, AnyExpr]
    const everything = topological([replaced])
    expect(same).toBe(shared)
    expect(everything.includes(shared)).toBe(true)
    expect(everything.includes(x)).toBe(false)
    expect(primitivesOf(replaced)).toEqual(primitivesOf(y))
    expect(substitute([x], new Map([[x, other]]))).toEqual([other])
  })

  test("throws where an op refuses what it is given instead", () => {
    const y = op.matmul(x, w)
    expect(refusal(() => substitute([y], new Map([[w, input("v", [2, 2])]])))).toMatch(/^reshape\(f32\[2,2\]\)/)
  })
})
