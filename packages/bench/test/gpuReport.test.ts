import { assert, describe, it } from "@effect/vitest"
import { casesOf } from "../src/cases/caseList.ts"
import type { Reply } from "../src/measuring/reply.ts"
import { noWork, type Work } from "../src/webgpu/counting/work.ts"
import { gpuReport } from "../src/webgpu/report/gpuReport.ts"
import { gpuCasesOf } from "../src/webgpu/systems/gpuCases.ts"
import { reply, row } from "./rows.ts"

const onGpu = (milliseconds: number, warm: Partial<Work>, rest: Partial<Reply> = {}): Reply =>
  reply(milliseconds, {
    memory: {},
    cold: { import: 1, start: 2, compile: 30, first: 10 },
    gpu: {
      adapters: ["google swiftshader"],
      cold: { ...noWork, newPipelines: 9 },
      warm: { ...noWork, ...warm },
      steady: true
    },
    ...rest
  })

const own = { system: "Residual webgpu", host: "Chromium" }
const peer = { system: "jax-js webgpu", host: "Chromium", own: false }
const losses = { firstLoss: 0.312828, lastLoss: 0.1 }

const linesOf = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll(/ +/g, " "))

describe("the report on GPUs", () => {
  const cases = casesOf(["W4-sgd"])
  const rows = [
    row("W4-sgd", onGpu(2, { dispatches: 6, submits: 1, writtenBytes: 1500 }, losses), own),
    row("W4-sgd", onGpu(6, { dispatches: 33, submits: 34 }, { ...losses, cold: { import: 1, first: 60 } }), peer),
    row("W4-sgd", onGpu(1, { dispatches: 6, submits: 1 }, losses), { ...own, host: "Node" }),
    row("W4-sgd", onGpu(4, { dispatches: 33 }, losses), { ...peer, host: "Node" })
  ]

  it("compares within a host, cold steps and warm ones", () => {
    const [head, , , , ...speeds] = linesOf(gpuReport(cases, rows))
    assert.match(head ?? "", /^Rounds: 1\. Adapters: google swiftshader in Chromium, google swiftshader in Node\. /)
    assert.deepStrictEqual(speeds.slice(0, 4), [
      "| Residual webgpu | Chromium | 40 | 1 | 2 | 1 | 1 | loss 0.312828 |",
      "| jax-js webgpu | Chromium | 60 | 1.5 | 6 | 3 | 3 | loss 0.312828 |",
      "| Residual webgpu | Node | 40 | 1 | 1 | 0.5 | 1 | loss 0.312828 |",
      "| jax-js webgpu | Node | 40 | 1 | 4 | 2 | 4 | loss 0.312828 |"
    ])
  })

  it("has what a warm step asks of the GPU", () => {
    const lines = linesOf(gpuReport(cases, rows))
    assert.include(
      lines,
      "| W4-sgd | Residual webgpu | Chromium | 6 | 1 | 0 | 0 | 0 | 0 | 0 | 0 B | 1.5 kB | 0 B | 0 B | 9 |"
    )
    assert.include(
      lines,
      "| W4-sgd | jax-js webgpu | Chromium | 33 | 34 | 0 | 0 | 0 | 0 | 0 | 0 B | 0 B | 0 B | 0 B | 9 |"
    )
  })

  it("takes the most of what rounds count, and says where steps differ", () => {
    const differing = onGpu(2, { dispatches: 8 }, losses)
    const text = gpuReport(cases, [
      row("W4-sgd", onGpu(2, { dispatches: 6 }, losses), own),
      row("W4-sgd", { ...differing, gpu: { ...differing.gpu!, steady: false } }, { ...own, round: 2 })
    ])
    assert.match(text, /\| loss 0\.312828; steps differ \|/)
    assert.match(text, /\| W4-sgd \| Residual webgpu \| Chromium \| +8 \|/)
  })

  it("says what failed", () => {
    const text = gpuReport(cases, [row("W4-sgd", "the page has crashed", own)])
    assert.match(text, /failed: the page has crashed/)
  })
})

describe("the cases on GPUs", () => {
  it("are the usual ones, or those that are asked for", () => {
    const names = gpuCasesOf([]).map(({ name }) => name)
    assert.includeMembers(names, ["W1-64", "W1-128", "W1-256", "W2-gelu-backward", "W3-adam", "W4-sgd", "W5-small"])
    assert.notIncludeMembers(names, ["W1-512"])
    assert.deepStrictEqual(
      gpuCasesOf(["W1-512"]).map(({ name }) => name),
      ["W1-512"]
    )
  })
})
