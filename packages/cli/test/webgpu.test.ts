import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hasAdapter } from "../../backends/test/webgpu/testDevice.ts"
import { inProcess } from "./inProcess.ts"
import { fixture, residual } from "./process.ts"

const onGpu = ["--backend", "webgpu"]

const folder = mkdtempSync(join(tmpdir(), "residual-webgpu-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// Where there is none, `npm test` says that tests on WebGPU did not run.
// A driver in software compiles the kernels of hundreds of programs.
describe.runIf(hasAdapter)("residual on WebGPU", { timeout: 240_000 }, () => {
  it.live("passes every recorded case, within what the cpu backend is allowed", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess(["check", "ops", fixture("ops.jsonl"), ...onGpu])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.isTrue(stdout.endsWith("\n210 passed, 0 failed\n"))
    })
  )

  it.live("passes a recorded training run", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess(["check", "training", fixture("gpt"), ...onGpu, "--json"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const events = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
      const loss = events.find(({ group }) => group === "loss")
      assert.deepInclude(loss, { passed: 40, failed: 0 })
      // What every GPU must keep to, however it adds up; the command asks for more.
      assert.isBelow(loss.worst.error, 1e-3)
      assert.deepStrictEqual(events.at(-1), { event: "finished", passed: 148, failed: 0 })
    })
  )

  it("trains, generates, and ends", async () => {
    const text = join(folder, "text.txt")
    writeFileSync(text, "the quick brown fox jumps over the lazy dog. ".repeat(20))
    const sizes = { layers: 1, heads: 2, width: 8, context: 8, batch: 2, steps: 30, rate: 0.01, sample: 20 }
    const flags = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)])
    const { code, stdout, stderr } = await residual(["train", "--text", text, ...flags, ...onGpu, "--json"])
    assert.strictEqual(code, 0, stderr)
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    const losses = events.filter(({ event }) => event === "step").map(({ loss }) => loss)
    assert.strictEqual(losses.length, 30)
    // What the reference measures.
    assert.closeTo(losses[0], 3.324585, 1e-5)
    assert.closeTo(losses.at(-1), 2.771786, 1e-4)
    assert.strictEqual(events.at(-1).event, "generated")
  })

  it.live("explains a model as the reference does", () =>
    Effect.gen(function* () {
      const [gpu, reference] = yield* Effect.all([onGpu, []].map((flags) => inProcess(["explain", "line", ...flags])))
      assert.deepStrictEqual(gpu, reference)
    })
  )
})

describe("--backend webgpu", () => {
  it.effect("refuses floats of 64 bits, and threads", () =>
    Effect.gen(function* () {
      const ended = yield* Effect.all(
        [
          ["--dtype", "f64"],
          ["--threads", "2"]
        ].map((flags) => inProcess(["check", "training", fixture("gpt"), ...onGpu, ...flags]))
      )
      assert.deepStrictEqual(ended, [
        { code: 1, stdout: "", stderr: "residual: --dtype f64: the webgpu backend computes in floats of 32 bits\n" },
        { code: 1, stdout: "", stderr: "residual: --threads 2: the webgpu backend runs on one thread\n" }
      ])
    })
  )

  it("says that the package is missing, and exits with 2", async () => {
    const hook = `import { registerHooks } from "node:module"
registerHooks({ resolve: (name, context, next) => next(name === "webgpu" ? "webgpu-that-is-missing" : name, context) })`
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` }
    const { code, stdout, stderr } = await residual(["check", "training", fixture("gpt"), ...onGpu], undefined, env)
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^residual: webgpu is not available: .*npm install webgpu[^\n]*\n$/)
  })

  // Elsewhere than on Linux drivers are not named by variables.
  it.runIf(process.platform === "linux")("says that there is no adapter, and exits with 2", async () => {
    const env = { ...process.env, VK_DRIVER_FILES: join(folder, "none.json") }
    const { code, stdout, stderr } = await residual(["check", "training", fixture("gpt"), ...onGpu], undefined, env)
    assert.deepStrictEqual([code, stdout], [2, ""])
    // Behind what the package says of drivers.
    assert.match(stderr, /^residual: webgpu is not available: .*no GPU[^\n]*\n$/m)
  })
})
