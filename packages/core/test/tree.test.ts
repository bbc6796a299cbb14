import { type AnyExpr, input, Tree } from "@residual/core"
import { expect, test } from "vitest"

test("names that mark leaves elsewhere are names like others", () => {
  expect(Tree.entries({ op: 1, _tag: 2, types: { op: 3 } })).toEqual([
    ["op", 1],
    ["_tag", 2],
    ["types.op", 3]
  ])
})

test("expressions and what has a tag are leaves", () => {
  const x = input("x", [2])
  expect(Tree.leaves<AnyExpr>({ op: x, types: x })).toEqual([x, x])
  expect(Tree.leaves<unknown>([{ _tag: "Parameter", shape: [] }])).toHaveLength(1)
})
