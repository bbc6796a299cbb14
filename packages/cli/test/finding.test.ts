import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Finding, report } from "../src/check/finding.ts"
import { Output } from "../src/output.ts"
import { capture } from "./capture.ts"

const printed = (findings: ReadonlyArray<Finding>, json: boolean) =>
  Effect.gen(function* () {
    const { printer, text } = capture()
    const failed = yield* report(findings, json).pipe(
      Effect.as(0),
      Effect.catchTag("CheckError", (error) => Effect.succeed(error.failed)),
      Effect.provideService(Output, printer)
    )
    return { lines: text().trimEnd().split("\n"), failed }
  })

const finding = (group: string, name: string, error: number, reason?: string): Finding => ({
  group,
  name,
  error,
  tolerance: 1e-9,
  ...(reason === undefined ? {} : { reason })
})

const good = [finding("add", "case 1", 2e-16), finding("exp", "case 2", 1e-9), finding("add", "case 3", 4e-16)]
const bad = [...good, finding("add", "case 4", 1.1e-9), finding("warp", "case 5", Number.NaN, "unknown op")]

describe("a report of findings", () => {
  it.effect("tells the worst error of each group, and counts", () =>
    Effect.gen(function* () {
      const { lines, failed } = yield* printed(good, false)
      assert.deepStrictEqual(lines, [
        "add  worst error 4.0e-16  2 passed",
        "exp  worst error 1.0e-9  1 passed",
        "3 passed, 0 failed"
      ])
      assert.strictEqual(failed, 0)
    })
  )

  it.effect("fails for an error beyond its tolerance, and for what could not be compared", () =>
    Effect.gen(function* () {
      const { lines, failed } = yield* printed(bad, false)
      assert.deepStrictEqual(lines, [
        "add   worst error 1.1e-9  2 passed, 1 failed  (case 4)",
        "exp   worst error 1.0e-9  1 passed",
        "warp  worst error none  0 passed, 1 failed  (case 5: unknown op)",
        "3 passed, 2 failed"
      ])
      assert.strictEqual(failed, 2)
    })
  )

  it.effect("is one object a line as JSON", () =>
    Effect.gen(function* () {
      const { lines } = yield* printed(bad, true)
      const events = lines.map((line) => JSON.parse(line))
      assert.deepStrictEqual(events.at(-1), { event: "finished", passed: 3, failed: 2 })
      assert.deepStrictEqual(events[2], {
        event: "checked",
        group: "warp",
        passed: 0,
        failed: 1,
        worst: { name: "case 5", error: null, tolerance: 1e-9, reason: "unknown op" }
      })
    })
  )

  it.effect("says so where there was nothing to check", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* printed([], false)).lines, ["0 passed, 0 failed"])
    })
  )
})
