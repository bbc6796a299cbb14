import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Row } from "../src/row.ts"

const folder = mkdtempSync(join(tmpdir(), "residual-bench-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const bench = (...args: ReadonlyArray<string>) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" })

describe("the command", () => {
  it("measures what was asked for, and writes a report and every measurement", () => {
    const json = join(folder, "measured.json")
    const { status, stdout, stderr } = bench(
      "--backend",
      "reference",
      "--only",
      "W4-sgd",
      "--rounds",
      "2",
      "--json",
      json
    )
    assert.strictEqual(status, 0)
    assert.match(stdout, /### W4-sgd: MLP 2-16-16-1[\s\S]*\| Residual reference +\| +1 \|.*loss 0\.312828/)
    assert.strictEqual(stderr.trim().split("\n").length, 2)
    const written = JSON.parse(readFileSync(json, "utf8"))
    const rows = Schema.decodeUnknownSync(Schema.Array(Row))(written.rows)
    assert.deepStrictEqual(
      rows.map(({ round, result }) => [round, result.kind]),
      [
        [1, "measured"],
        [2, "measured"]
      ]
    )
    assert.deepStrictEqual(written.settings.only, ["W4-sgd"])
    assert.strictEqual(written.machine.node, process.version)
  })

  it("refuses what it does not know", () => {
    for (const args of [
      ["--only", "W9"],
      ["--threads", "0"],
      ["--peers", "numpy"],
      ["--host", "deno"],
      ["--rounds", "0"]
    ]) {
      const { status, stderr } = bench(...args)
      assert.notStrictEqual(status, 0)
      assert.match(stderr, /^bench: .*Expected: .* \(see --help\)\n$/)
    }
  })

  it("goes on without a peer that is not there, and says so", () => {
    const { status, stderr, stdout } = bench(
      ...["--backend", "reference", "--only", "W1-64", "--peers", "torch", "--python", "no-such-python"]
    )
    assert.strictEqual(status, 0)
    assert.match(stderr, /^torch is not there: no-such-python/m)
    assert.notInclude(stdout, "PyTorch")
  })
})
