import { DeviceLost, DeviceUnavailable, MemoryError } from "@residual/backends"
import { DataError, TrainingError } from "@residual/train"
import { describe, expect, test } from "vitest"
import { failureText } from "../../src/page/failureText.ts"
import { isActive, newRun, runAfter } from "../../src/page/run.ts"
import { preparingText, statusText } from "../../src/page/statusText.ts"
import type { Unaddressed } from "../../src/protocol/report.ts"

const first = newRun(3, "smallGpt", "cpu")
const after = (...reports: ReadonlyArray<Unaddressed>) =>
  reports.reduce((run, report) => runAfter(run, { ...report, run: 3 }), first)

describe("a run", () => {
  const begun = after(
    { _tag: "Preparing", what: "data" },
    { _tag: "Started", parameters: 10, steps: 4 },
    { _tag: "Stepped", losses: [3, 2], seconds: [1, 1] }
  )

  test("takes what its reports say", () => {
    expect(begun).toMatchObject({ state: "running", steps: 4, curve: { losses: [3, 2], seconds: [1, 2] } })
    expect(isActive(begun)).toBe(true)
    const evaluated = runAfter(begun, { _tag: "Evaluated", run: 3, step: 2, accuracy: 0.5, count: 4, guesses: [] })
    expect(evaluated.accuracy).toBe(0.5)
    expect(runAfter(begun, { _tag: "Sampled", run: 3, text: "a" })).toBe(begun)
  })

  test("ends as they say", () => {
    const ends: ReadonlyArray<readonly [Unaddressed, string]> = [
      [{ _tag: "Ended", how: "finished" }, "finished"],
      [{ _tag: "Ended", how: "stopped" }, "stopped"],
      [{ _tag: "Failed", tag: "DeviceLost", message: "" }, "failed"]
    ]
    for (const [report, state] of ends) {
      const ended = runAfter(begun, { ...report, run: 3 })
      expect([ended.state, isActive(ended)]).toEqual([state, false])
      expect(ended.curve).toBe(begun.curve)
    }
  })

  test("says where it is", () => {
    expect(preparingText("programs", first)).toBe("Compiling the small character GPT for CPU …")
    expect(statusText(begun)).toBe("Training the small character GPT on CPU.")
    expect(statusText({ ...begun, state: "stopped" })).toMatch(/^Stopped .* on CPU after 2 steps, loss 2\.\d\d\d\.$/)
    expect(statusText({ ...first, state: "failed" })).toBe("CPU failed after 0 steps.")
  })
})

test("every error of a run has words of its own, and advice", () => {
  const errors = [
    new DeviceLost({ device: "webgpu", reason: "the driver was reset" }),
    new DeviceUnavailable({ device: "webgpu", reason: "there is no GPU" }),
    new MemoryError({ device: "webgpu", purpose: "a store", bytes: 2, available: 1 }),
    new TrainingError({ step: 1, loss: Number.NaN, gradientNorm: 1, rate: 1 }),
    new DataError({ source: "the digits", reason: "the server answers 404" })
  ]
  const texts = [...errors.map(({ _tag }) => _tag), "CompileFailure", "WorkerError", "Defect"].map((tag) =>
    failureText(tag, "webgpu")
  )
  expect(new Set(texts.map(({ title }) => title)).size).toBe(texts.length)
  for (const { advice } of texts) expect(advice).toMatch(/again|choose|allow/i)
  expect(failureText("DeviceLost", "webgpu").advice).toContain("CPU")
  expect(failureText("DeviceLost", "cpu").advice).toContain("Reference")
  expect(failureText("DeviceUnavailable", "webgpu").advice).toContain("CPU")
})
