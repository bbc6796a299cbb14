import { availableParallelism } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { diagnose } from "../src/doctor/diagnosis.ts"
import type { Facts } from "../src/doctor/facts.ts"
import { inProcess } from "./inProcess.ts"

const cpu = { name: "cpu", threads: 8, simd: "relaxed", roundsOnce: true, tiles: "tall" }
const gpu = {
  name: "webgpu",
  vendor: "nvidia",
  architecture: "hopper",
  device: "",
  description: "H100",
  subgroups: true,
  halfPrecision: true,
  workgroupThreads: 256,
  workgroupBytes: 49_152
}
const machine: Facts = {
  node: "24.21.0",
  platform: "linux",
  architecture: "x64",
  processor: "AMD EPYC",
  cores: 8,
  memory: { total: 2 ** 34, free: 2 ** 33 },
  cpu: { identity: cpu, bytes: 2 ** 32 },
  webgpu: { identity: gpu, bytes: 2 ** 31 }
}

/** What is said of one thing on a machine that is different in some way. */
const said = (what: string, change: Partial<Facts> = {}) => {
  const found = diagnose({ ...machine, ...change }, "22.19").find((each) => each.what === what)
  return [found?.found, found?.advice, found?.isFatal]
}

describe("a diagnosis", () => {
  it("has no advice for a machine that has everything", () => {
    assert.deepStrictEqual(
      diagnose(machine, "22.19").filter(({ advice, isFatal }) => advice !== undefined || isFatal),
      []
    )
    assert.deepStrictEqual(said("webgpu"), [
      "nvidia hopper H100, subgroups, floats of 16 bits, 256 threads and 49152 bytes a workgroup, 2.0 GiB may be live",
      undefined,
      false
    ])
  })

  it("compares versions by their numbers", () => {
    const advice = "22.19 or newer is needed: https://nodejs.org"
    assert.deepStrictEqual(said("node", { node: "22.9.0" }), ["22.9.0 on linux x64", advice, true])
    assert.deepStrictEqual(said("node", { node: "22.19.0" }), ["22.19.0 on linux x64", undefined, false])
    assert.deepStrictEqual(said("node", { node: "100.0.0" }), ["100.0.0 on linux x64", undefined, false])
  })

  const lacking: ReadonlyArray<readonly [name: string, what: string, change: Partial<Facts>, advice: RegExp]> = [
    ["memory", "memory", { memory: { total: 2 ** 30, free: 2 ** 28 } }, /smaller batch/],
    ["relaxed SIMD", "cpu", { cpu: { identity: { ...cpu, simd: "plain" }, bytes: 1 } }, /Node 24/],
    ["WebAssembly", "cpu", { cpu: { reason: "no WebAssembly" } }, /WebAssembly with SIMD/],
    ["cores", "threads", { cores: 1 }, /one core/],
    ["shared memory", "threads", { cpu: { identity: { ...cpu, threads: 1 }, bytes: 1 } }, /cannot be shared/],
    ["a GPU", "webgpu", { webgpu: { reason: "there is no GPU" } }, /--backend cpu/],
    [
      "a GPU of its own",
      "webgpu",
      { webgpu: { identity: { ...gpu, description: "SwiftShader driver" }, bytes: 1 } },
      /cpu backend is faster/
    ]
  ]
  it.each(lacking)("has advice where %s is lacking", (_, what, change, expected) => {
    const [, advice] = said(what, change)
    assert.match(String(advice), expected)
  })
})

describe("residual doctor", () => {
  it.live("tells of this machine, in words and as JSON", () =>
    Effect.gen(function* () {
      const words = yield* inProcess(["doctor"])
      assert.deepStrictEqual([words.code, words.stderr], [0, ""])
      assert.match(words.stdout, new RegExp(`^node +${process.versions.node.replaceAll(".", "\\.")} on `))
      assert.match(words.stdout, /\ncpu +WebAssembly with SIMD/)
      const json = yield* inProcess(["doctor", "--json"])
      const events = json.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
      assert.deepStrictEqual(
        events.map(({ event, what }) => what ?? event),
        ["node", "processor", "memory", "cpu", "threads", "webgpu", "reference", "finished"]
      )
      assert.strictEqual(events.at(-1).facts.cores, availableParallelism())
    })
  )
})
