import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Row } from "../src/row.ts"
import { findChromium } from "../src/webgpu/chromium/findChromium.ts"

const folder = mkdtempSync(join(tmpdir(), "residual-bench-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** What the command measures of a case on WebGPU. */
const measured = (name: string) => {
  const json = join(folder, `${name}.json`)
  const args = [main, "--webgpu", "--only", name, "--rounds", "1", "--json", json]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  assert.strictEqual(status, 0, stderr)
  const { rows } = JSON.parse(readFileSync(json, "utf8"))
  const [row] = Schema.decodeUnknownSync(Schema.Array(Row))(rows)
  if (row?.result.kind !== "measured") throw new Error(stderr)
  return { stdout, host: row.host, ...row.result.reply }
}

describe.runIf(findChromium() !== undefined)("in Chromium", () => {
  it("a warm step of a small network is one submit of few dispatches, and makes nothing anew", {
    timeout: 120_000
  }, () => {
    const { stdout, host, gpu, cold } = measured("W4-sgd")
    assert.match(stdout, /\| Residual webgpu \| Chromium \| .* loss 0\.312828 \|/)
    assert.strictEqual(host, "Chromium")
    assert.strictEqual(gpu?.adapters.length, 1)
    assert.isAbove(gpu!.cold.newPipelines, 0)
    assert.isAbove(cold.compile!, 0)
    const { warm, steady } = gpu!
    assert.isTrue(steady)
    assert.isAtLeast(warm.dispatches, 1)
    assert.isAtMost(warm.dispatches, 8)
    assert.deepInclude(warm, { submits: 1, newPipelines: 0, bindGroups: 0, buffers: 0, allocatedBytes: 0 })
    // The loss comes back, whatever room it takes.
    assert.isAtLeast(warm.readBytes, 4)
  })
})
