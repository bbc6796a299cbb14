import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"
import { hasTallTiles } from "../../../src/cpu/engine/hasTallTiles.ts"

const program = fileURLToPath(new URL("./tilesOf.ts", import.meta.url))

const tilesWith = async (...flags: ReadonlyArray<string>) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, program])
  expect(stderr).toBe("")
  return JSON.parse(stdout)
}

describe("wide tiles", () => {
  const narrow = { tall: hasTallTiles(), wide: false }

  test("are chosen only where they are asked for, and where sums are fused", async () => {
    const { first, unfused, again, slow } = await tilesWith()
    // Whether the machine has vectors of 256 bits is another matter.
    expect(again).toEqual(first)
    expect([unfused, slow]).toEqual([narrow, narrow])
  })

  test.skipIf(process.arch !== "x64")("are not chosen without vectors of 256 bits", async () => {
    const { first, again } = await tilesWith("--no-enable-avx2")
    expect([first, again]).toEqual([narrow, narrow])
  })
})
