import { type AnyExpr, claimable, composite, elementwise, elementwise2, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"

const x = input("x", [2, 3])

/** The op that an expression applies, rather than the projection that reads its first output. */
const appliedBy = (y: AnyExpr): AnyExpr["op"] => (y.op.name === "project" ? (y.inputs[0] as AnyExpr) : y).op

describe("claimable", () => {
  test("has each op under its name", () => {
    for (const [name, { name: own }] of Object.entries(claimable)) expect(own).toBe(name)
  })

  test.each([
    [claimable.attention, op.attention(x, x, x)],
    [claimable.gelu, op.gelu(x)],
    [claimable.geluTanh, op.gelu(x, { approximate: "tanh" })],
    [claimable.layerNorm, op.layerNorm(x)],
    [claimable.logSoftmax, op.logSoftmax(x)],
    [claimable.mean, op.mean(x)],
    [claimable.relu, op.relu(x)],
    [claimable.rmsNorm, op.rmsNorm(x)],
    [claimable.sigmoid, op.sigmoid(x)],
    [claimable.silu, op.silu(x)],
    [claimable.softmax, op.softmax(x)],
    [claimable.square, op.square(x)]
  ])("holds what its function applies: $name", (claimed, y) => {
    expect(appliedBy(y)).toBe(claimed)
  })
})

test("a function of a composite carries its op, and another composite of that name is another op", () => {
  const one = elementwise("same", (a) => op.mul(a, a))
  const two = elementwise2("same", (a, b) => op.mul(a, b))
  const three = composite("same", { body: ([a]) => a as AnyExpr })
  expect(one(x).op).toBe(one.op)
  expect(two(x, x).op).toBe(two.op)
  expect(three([x], {}).op).toBe(three.op)
  expect(new Set<unknown>([one.op, two.op, three.op]).size).toBe(3)
})
