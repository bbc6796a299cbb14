import { assert, describe, it, layer } from "@effect/vitest"
import * as Reference from "@residual/backends/reference"
import { op } from "@residual/core"
import { backendLaws, resultTolerances } from "../src/index.ts"

const runs = process.env["RESIDUAL_LONG"] === "1" ? 100 : 3

layer(Reference.layer())("the exact reference", (it) => {
  for (const { name, check } of backendLaws({ runs, bitwise: "exact" })) it.effect(name, () => check)
})

layer(Reference.layer({ mode: "rounded" }))("the rounded reference", (it) => {
  for (const { name, check } of backendLaws({ runs, bitwise: "rounded" })) it.effect(name, () => check)
})

describe("resultTolerances", () => {
  it("states one for every op, with its reason, and for nothing else", () => {
    assert.deepStrictEqual(Object.keys(resultTolerances).toSorted(), Object.keys(op).toSorted())
    for (const { reason } of Object.values(resultTolerances)) assert.isAbove(reason.length, 20)
  })
})
