import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { residual } from "./process.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("stopping")
const text = file("text.txt", "the quick brown fox jumps over the lazy dog. ".repeat(40))

describe("a signal", () => {
  // 14 million parameters, which are drawn for seconds before the first step.
  const large = ["--layers", "8", "--width", "384", "--heads", "8"]

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("%s ends a run soon whose large model is still being prepared, with %i", async (name, code) => {
    const path = join(folder, `prepared ${name}`)
    let sent: number | undefined
    const stopped = await residual(["train", "--data", text, ...large, "--checkpoints", path], (seen, signal) => {
      if (sent !== undefined || !seen.includes("preparing ")) return
      sent = performance.now()
      signal(name)
    })
    assert.isBelow(performance.now() - (sent ?? Number.NEGATIVE_INFINITY), 2000)
    assert.deepStrictEqual([stopped.code, stopped.stderr], [code, ""])
    assert.match(stopped.stdout, /^preparing \d+ parameters and their programs\nstopped before the first step\n$/)
    assert.deepStrictEqual(readdirSync(path), [])
  })

  it("ends the line of what is being generated before it says where the run was stopped", async () => {
    const small = ["--layers", "1", "--heads", "2", "--width", "16", "--context", "8", "--batch", "2", "--steps", "2"]
    let isSent = false
    const stopped = await residual(["train", "--data", text, ...small, "--sample", "1000000"], (seen, signal) => {
      if (isSent || !/finished after 2 steps.*\n\n./.test(seen)) return
      isSent = true
      signal("SIGINT")
    })
    assert.deepStrictEqual([stopped.code, stopped.stderr], [130, ""])
    assert.match(stopped.stdout, /\n\n[^\n]+\nstopped after step 2 of 2, loss [^\n]+\nnothing of it is saved[^\n]*\n$/)
  })
})
