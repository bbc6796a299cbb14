import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"

const program = fileURLToPath(new URL("./fastTraining.ts", import.meta.url))

describe("the fast mode of the CPU backend", () => {
  // In a process of its own, since the mode is one of the whole process; optimised at once, as long runs are.
  test.concurrent.each([1, 2])("replays the recorded training run on %i threads", async (threads) => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--no-liftoff", program, `${threads}`])
    const { compared, failed } = JSON.parse(stdout)
    expect(failed).toEqual([])
    expect(compared).toBe(148)
  })
})
