import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inProcess } from "./inProcess.ts"

const models = ["line", "two-layer", "activation", "matrix", "skip", "attention", "gpt"]

describe("residual explain", () => {
  it.effect("prints the line's table, which is what it prints where no model is named", () =>
    Effect.gen(function* () {
      const named = yield* inProcess(["explain", "line"])
      assert.deepStrictEqual([named.code, named.stderr], [0, ""])
      assert.match(
        named.stdout,
        /^op +forward value +local derivative +incoming residual +outgoing residual +gradient$/m
      )
      assert.match(named.stdout, /^a +1\.5 +-6 +-6$/m)
      assert.match(named.stdout, /^mul:1 = mul\(x, a\) +3 +1\.5 ; 2 +-3 +x ← -4\.5, a ← -6$/m)
      assert.deepStrictEqual(yield* inProcess(["explain"]), named)
    })
  )

  it.effect.each(models)("knows %s", (model) =>
    Effect.gen(function* () {
      const { code, stdout } = yield* inProcess(["explain", model, "--format", "json"])
      assert.strictEqual(code, 0)
      const rows: ReadonlyArray<{ readonly row: string }> = JSON.parse(stdout)
      assert.isAbove(rows.length, 5)
      const sums = rows.filter(({ row }) => row === "fan-in").length
      assert.strictEqual(sums > 0, ["skip", "attention", "gpt"].includes(model))
    })
  )

  it.effect("prints a row a line as JSON", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* inProcess(["explain", "line", "--json"])
      const { stdout: all } = yield* inProcess(["explain", "line", "--format", "json"])
      const rows = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
      assert.deepStrictEqual([code, rows], [0, JSON.parse(all).map((row: object) => ({ event: "row", ...row }))])
    })
  )

  it.effect("shows what composites are made of, and writes Markdown", () =>
    Effect.gen(function* () {
      const closed = yield* inProcess(["explain", "activation", "--format", "markdown"])
      const open = yield* inProcess(["explain", "activation", "--format", "markdown", "--expand"])
      assert.match(closed.stdout, /^\| gelu:1 = gelu\(mul:1\) \|/m)
      assert.notMatch(open.stdout, /gelu:1/)
      assert.match(open.stdout, /^\| erf:1 = erf\(/m)
    })
  )

  it.effect("refuses a model that there is none of", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* inProcess(["explain", "universe"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^residual: .*"universe".*line.*\n$/)
    })
  )
})
