import { assert, describe, it } from "@effect/vitest"
import { residual } from "./process.ts"

const models = ["line", "two-layer", "activation", "matrix", "skip", "attention", "gpt"]

describe("residual explain", () => {
  it("prints the line's table, which is what it prints where no model is named", async () => {
    const [line, unnamed] = await Promise.all([residual(["explain", "line"]), residual(["explain"])])
    assert.deepStrictEqual([line.code, line.stderr], [0, ""])
    assert.match(line.stdout, /^op +forward value +local derivative +incoming residual +outgoing residual +gradient$/m)
    assert.match(line.stdout, /^a +1\.5 +-6 +-6$/m)
    assert.match(line.stdout, /^mul:1 = mul\(x, a\) +3 +1\.5 ; 2 +-3 +x ← -4\.5, a ← -6$/m)
    assert.strictEqual(unnamed.stdout, line.stdout)
  })

  it("knows every model of the ladder, as JSON too", async () => {
    for (const model of models) {
      const { code, stdout } = await residual(["explain", model, "--format", "json"])
      assert.strictEqual(code, 0, model)
      const rows: ReadonlyArray<{ readonly row: string }> = JSON.parse(stdout)
      assert.isAbove(rows.length, 5)
      if (["skip", "attention", "gpt"].includes(model))
        assert.isTrue(
          rows.some(({ row }) => row === "fan-in"),
          model
        )
    }
  })

  it("shows what composites are made of, and writes Markdown", async () => {
    const [closed, open] = await Promise.all([
      residual(["explain", "activation", "--format", "markdown"]),
      residual(["explain", "activation", "--format", "markdown", "--expand"])
    ])
    assert.match(closed.stdout, /^\| gelu:1 = gelu\(mul:1\) \|/m)
    assert.notMatch(open.stdout, /gelu:1/)
    assert.match(open.stdout, /^\| erf:1 = erf\(/m)
  })

  it("refuses a model that there is none of", async () => {
    const { code, stderr } = await residual(["explain", "universe"])
    assert.strictEqual(code, 1)
    assert.match(stderr, /^residual: .*"universe".*line.*\n$/)
  })
})
