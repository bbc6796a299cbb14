import { assert, describe, it } from "@effect/vitest"
import * as Reference from "@residual/backends/reference"
import { Effect } from "effect"
import { type CaseName, casesOf } from "../src/cases/caseList.ts"
import { samplingPlans } from "../src/measuring/samplingPlan.ts"
import { verdict } from "../src/report/verdict.ts"
import { measureCase } from "../src/systems/measureCase.ts"

const measured = (name: CaseName) =>
  measureCase(
    { case: name, threads: 1, plan: samplingPlans.once },
    Reference.layer({ mode: "rounded" }),
    0,
    // Other tests run in this process.
    () => false
  )

// The others differ from these in their size alone.
const judged: ReadonlyArray<CaseName> = [
  "W1-64",
  "W2-layernorm-backward",
  "W3-sgd",
  "W4-sgd",
  "W4-adam",
  "W4-fit",
  "W5-small",
  "W6-lenet",
  "W7-decode",
  "W7-generate"
]

describe("on the reference", () => {
  for (const name of judged) {
    it.effect(`${name} computes what it should`, () =>
      Effect.gen(function* () {
        const reply = yield* measured(name)
        assert.deepInclude(verdict(casesOf([name])[0]!, reply), { right: true })
        assert.isAbove(reply.milliseconds.median, 0)
      })
    )
  }

  it.effect("a step of a network that learns lowers its loss", () =>
    Effect.gen(function* () {
      const { firstLoss, lastLoss } = yield* measured("W4-adam")
      assert.isBelow(lastLoss as number, firstLoss as number)
    })
  )
})

describe("on a device that computes nothing", () => {
  it.effect("a step and `fit` can be run", () =>
    Effect.gen(function* () {
      for (const name of ["W4-empty-run", "W4-empty-fit"] as const) {
        const { milliseconds, firstLoss } = yield* measured(name)
        assert.isAbove(milliseconds.median, 0)
        assert.isUndefined(firstLoss)
      }
    })
  )
})
