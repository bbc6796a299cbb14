import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { caseList, casesOf, unknownWord } from "../src/cases/caseList.ts"
import { samplingPlans } from "../src/measuring/samplingPlan.ts"
import { runRounds, turnsOf } from "../src/rounds.ts"
import type { System } from "../src/systems/system.ts"
import { reply } from "./rows.ts"

/** A system whose process prints a text and ends with a code. */
const system = (name: string, text: string, code = 0): System => ({
  name,
  threads: 1,
  own: false,
  covers: ({ name }) => name !== "W7-decode",
  command: () => ({
    program: process.execPath,
    args: ["-e", `console.log(${JSON.stringify(text)});process.exit(${code})`]
  })
})

describe("rounds", () => {
  it("let every system take its turn before the next case comes", () => {
    const systems = [system("a", ""), system("b", "")]
    const turns = turnsOf({ cases: casesOf(["W1-64", "W7-decode", "W5-small"]), systems, rounds: 2 })
    assert.deepStrictEqual(
      turns.map(({ round, measured, system }) => `${round} ${measured.name} ${system.name}`),
      [1, 2].flatMap((round) => ["W1-64", "W5-small"].flatMap((name) => [`${round} ${name} a`, `${round} ${name} b`]))
    )
  })

  it.effect("give a row for each process: its reply, or why there is none", () =>
    Effect.gen(function* () {
      const systems = [
        system("answers", `noise\n${JSON.stringify(reply(2))}`),
        system("babbles", "{}"),
        system("breaks", "", 3),
        { ...system("absent", ""), command: () => ({ program: "no-such-program", args: [] }) }
      ]
      const told: Array<string> = []
      const rows = yield* runRounds(
        { cases: casesOf(["W1-64"]), systems, rounds: 1, planOf: () => samplingPlans.once },
        ({ system }) => Effect.sync(() => told.push(system))
      )
      assert.deepStrictEqual(told, ["answers", "babbles", "breaks", "absent"])
      const results = rows.map(({ result }) =>
        result.kind === "measured" ? result.reply.milliseconds.median : result.reason
      )
      assert.strictEqual(results[0], 2)
      assert.match(String(results[1]), /its reply is not one/)
      assert.strictEqual(results[2], "ended with 3")
      assert.match(String(results[3]), /ENOENT/)
    })
  )
})

describe("the list of cases", () => {
  it("has a name for each, which begins with its workload's", () => {
    assert.strictEqual(new Set(caseList.map(({ name }) => name)).size, caseList.length)
    assert.isTrue(caseList.every(({ name, workload }) => name.startsWith(`${workload}-`)))
  })

  it("is chosen from by names and by their beginnings", () => {
    assert.deepStrictEqual(
      casesOf(["W2-softmax", "W6", "W1-64"]).map(({ name }) => name),
      ["W1-64", "W2-softmax-forward", "W2-softmax-backward", "W6-lenet"]
    )
    assert.strictEqual(casesOf([]).length, caseList.length)
    assert.strictEqual(unknownWord(["W1", "W1-6"]), "W1-6")
  })
})
