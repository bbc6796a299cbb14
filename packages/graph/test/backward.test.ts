import { composite, input, op } from "@residual/core"
import { grad } from "@residual/graph"
import { expect, test } from "vitest"

const [a, b] = [input("a", [2]), input("b", [2])]

test("a backward that leaves an input out is refused, rather than taken for one without a residual", () => {
  const product = composite("product", {
    body: ([x, y]) => op.sum(op.mul(x!, y!)),
    backward: ([r], { inputs: [, y] }) => [op.mul(r!, y!)]
  })
  expect(() => grad(product([a, b], {}), { b })).toThrow(
    "product has no backward: it returned 1 residuals for 2 inputs; it is null where there is none"
  )
})

test("null says that an input receives no residual", () => {
  const first = composite("first", {
    body: ([x, y]) => op.sum(op.mul(x!, y!)),
    backward: ([r], { inputs: [, y] }) => [op.mul(r!, y!), null]
  })
  expect(grad(first([a, b], {}), { a }).a.type.shape).toEqual([2])
})
