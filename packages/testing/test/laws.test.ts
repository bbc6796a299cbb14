import { assert, describe, it } from "@effect/vitest"
import { op } from "@residual/core"
import fc from "fast-check"
import { lawDefect, laws } from "../src/index.ts"

const runs = process.env["RESIDUAL_LONG"] === "1" ? 200 : 6

describe("every op of the library", () => {
  it("has a row in the law table", () => {
    const rows = new Set(laws.map((law) => law.op))
    assert.deepStrictEqual(
      Object.keys(op).filter((name) => !rows.has(name)),
      []
    )
  })

  it.each(laws.map((law) => [law.variant === undefined ? law.op : `${law.op} ${law.variant}`, law] as const))(
    "%s keeps the laws of differentiation",
    (_, law) => {
      const holds = fc.property(law.cases, fc.noShrink(fc.nat()), (subject, seed) => {
        const defect = lawDefect(law, subject, seed)
        if (defect !== undefined) throw new Error(defect)
      })
      fc.assert(holds, { numRuns: runs })
    }
  )
})
