import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"

const runs = process.env["RESIDUAL_LONG"] === "1" ? 50 : 3
const program = fileURLToPath(new URL("./fastLaws.ts", import.meta.url))

/** Whether wide tiles must have been chosen here, as far as can be told. */
const mustBeWide = (): boolean =>
  process.arch === "x64" &&
  process.versions.v8.startsWith("13.6.") &&
  existsSync("/proc/cpuinfo") &&
  /\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8"))

/**
 * Tries everything in a process of its own, since the mode is one of the whole process. Engines join vectors only where
 * they optimise, which they do at once when told to.
 */
const tried = async (threads: number, ...flags: ReadonlyArray<string>) => {
  const args = ["--no-liftoff", ...flags, program, `${threads}`, `${runs}`]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  return { ...JSON.parse(stdout), stderr }
}

describe("the fast mode of the CPU backend", () => {
  test.concurrent.each([1, 2])("keeps every law on %i threads, in wide tiles", async (threads) => {
    const { tiles, tried: count, broken, stderr } = await tried(threads)
    expect(broken).toEqual([])
    expect(count).toBeGreaterThan(500)
    expect(stderr).toBe("")
    if (mustBeWide()) expect(tiles).toEqual({ tall: true, wide: true })
  })
})
