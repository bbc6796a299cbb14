import { assert, describe, it } from "@effect/vitest"
import { casesOf } from "../src/cases/caseList.ts"
import { bytes, threeDigits } from "../src/report/quantity.ts"
import { defects, report } from "../src/report/report.ts"
import { summarise } from "../src/report/summary.ts"
import { verdict } from "../src/report/verdict.ts"
import { reply, row } from "./rows.ts"

const peer = { system: "PyTorch", own: false }

describe("the summary of rounds", () => {
  const rows = [
    row("W1-64", reply(1)),
    row("W1-64", reply(3), peer),
    row("W1-64", reply(10), { round: 2 }),
    row("W1-64", reply(20), { round: 2, ...peer }),
    row("W1-64", reply(4), { round: 3 }),
    row("W1-64", reply(10), { round: 3, ...peer })
  ]

  it("compares within a round, so that a slow round is slow for all", () => {
    const [own, other] = summarise(rows)
    assert.deepStrictEqual([own?.ratio, other?.ratio], [1, 2.5])
  })

  it("takes the median of the rounds and the fastest sample of all", () => {
    const [own] = summarise(rows)
    assert.deepStrictEqual([own?.milliseconds, own?.fastest], [4, 0.5])
  })

  it("compares with nothing where the baseline was not measured", () => {
    const [own, other] = summarise([row("W1-64", "out of memory"), row("W1-64", reply(3), peer)])
    assert.deepStrictEqual([own?.failure, own?.ratio, other?.ratio], ["out of memory", undefined, undefined])
  })
})

describe("a verdict", () => {
  const [training, product, decode] = ["W3-sgd", "W1-64", "W7-decode"].map((name) => casesOf([name])[0]!)

  it("wants the first loss that is known", () => {
    assert.isTrue(verdict(training!, reply(1, { firstLoss: 2.333208, lastLoss: 1 }))?.right)
    assert.isFalse(verdict(training!, reply(1, { firstLoss: 2.334, lastLoss: 1 }))?.right)
    assert.isFalse(verdict(training!, reply(1, { firstLoss: 2.333208, lastLoss: null }))?.right)
    assert.isFalse(verdict(training!, reply(1))?.right)
  })

  it("wants results near the reference's", () => {
    assert.isTrue(verdict(product!, reply(1, { deviation: 1e-7 }))?.right)
    assert.isFalse(verdict(product!, reply(1, { deviation: 1e-3 }))?.right)
    assert.isFalse(verdict(product!, reply(1, { deviation: null }))?.right)
  })

  it("wants the tokens that are known", () => {
    assert.isTrue(verdict(decode!, reply(1, { tokens: decode!.tokens! }))?.right)
    assert.isFalse(verdict(decode!, reply(1, { tokens: decode!.tokens!.with(3, 5) }))?.right)
    assert.isFalse(verdict(decode!, reply(1, { tokens: [] }))?.right)
  })

  it("is not given where nothing is known", () => {
    assert.isUndefined(verdict(product!, reply(1)))
  })
})

describe("the report", () => {
  const cases = casesOf(["W1-64", "W3-sgd"])

  it("has a table for each case, with rates, ratios and verdicts", () => {
    const rows = [row("W1-64", reply(0.01, { deviation: 1e-7 })), row("W1-64", reply(0.02), peer)]
    const [, , , , first, second] = report(cases, rows)
      .split("\n")
      .filter((line) => line !== "")
    assert.strictEqual(
      first?.replaceAll(/ +/g, " "),
      "| Residual cpu | 1 | 0.01 | 0.005 | 52.4 GFLOP/s | 1 | within 1.0e-7 |"
    )
    assert.strictEqual(second?.replaceAll(/ +/g, " "), "| PyTorch | 1 | 0.02 | 0.01 | 26.2 GFLOP/s | 2 | |")
  })

  it("says what failed, and where threads were not pinned", () => {
    const text = report(cases, [
      row("W1-64", reply(1, { pinned: false })),
      row("W1-64", `no room ${"x".repeat(99)}`, peer)
    ])
    assert.match(text, /failed: no room x+…/)
    assert.match(text, /not pinned/)
  })

  it("names the cases that this framework got wrong, and no others", () => {
    const wrong = reply(1, { firstLoss: 3, lastLoss: 3 })
    assert.deepStrictEqual(defects(cases, [row("W3-sgd", wrong, peer), row("W1-64", reply(1))]), [])
    assert.deepStrictEqual(defects(cases, [row("W3-sgd", wrong), row("W1-64", "ended with 1")]), ["W3-sgd", "W1-64"])
  })
})

describe("quantities", () => {
  it("have three digits", () => {
    assert.deepStrictEqual([0, 0.000612, 1.2345, 123.456, 12345.6, 2.9e-8].map(threeDigits), [
      "0",
      "0.000612",
      "1.23",
      "123",
      "12346",
      "2.9e-8"
    ])
    assert.deepStrictEqual([0, 999, 1500, 36.3e6, 2.5e9].map(bytes), ["0 B", "999 B", "1.5 kB", "36.3 MB", "2.5 GB"])
  })
})
