// Everything that must hold, cheapest first and vitest last; a failing step does not hide the ones after it.
import { mkdirSync, rmSync } from "node:fs"
import { findChromium } from "./browser/findChromium.ts"
import { resultsFolder, writeCount } from "./results.ts"
import { runNode } from "./run.ts"
import { runTests } from "./runTests.ts"
import { findAdapter } from "./webgpu/findAdapter.ts"
import { subgroupTests } from "./webgpu/subgroupTests.ts"

interface Step {
  readonly name: string
  readonly program: string
  readonly args: ReadonlyArray<string>
}

const steps: ReadonlyArray<Step> = [
  { name: "types", program: "node_modules/typescript/bin/tsc", args: ["-b"] },
  {
    name: "lint, format, imports",
    program: "node_modules/@biomejs/biome/bin/biome",
    args: ["check", "--error-on-warnings", "--diagnostic-level=warn", "--colors=off"]
  },
  { name: "documentation", program: ".tools/documentation/check.ts", args: [] },
  { name: "packed packages", program: ".tools/pack.ts", args: [] }
]

rmSync(resultsFolder, { recursive: true, force: true })
mkdirSync(resultsFolder, { recursive: true })
const long = process.argv.includes("--long")
if (long) process.env.RESIDUAL_LONG = "1"
const arguments_ = process.argv.slice(2).filter((argument) => argument !== "--long")

const failed: Array<string> = []
for (const step of steps) {
  const start = performance.now()
  const ended = await runNode(step.program, step.args)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${ended.code === 0 ? "ok    " : "FAILED"}  ${step.name} (${seconds} s)`)
  if (ended.code !== 0) {
    console.log(ended.output.trimEnd())
    failed.push(step.name)
  }
}
writeCount("steps", { passed: steps.length - failed.length, failed: failed.length })

const tests = await runTests({ name: "vitest", config: ".tools/vitest.config.ts", args: arguments_ })
// Arguments select some of the tests above.
const selected = arguments_.length > 0
const ofSubgroups = selected ? 0 : await subgroupTests()

if (failed.length > 0) console.error(`Failed before the tests: ${failed.join("; ")}`)
process.exitCode = tests || ofSubgroups || (failed.length > 0 ? 1 : 0)

const { RESIDUAL_BROWSER_TESTS: browserTests, RESIDUAL_WEBGPU_TESTS: webgpuTests } = process.env

/** Says what could not run on this machine. Where all must have run, that is a failure. */
const notRun = (what: string, why: string, wanted: string | undefined): void => {
  if (wanted === "required") process.exitCode ||= 1
  console.log(`NOT RUN: ${what}: ${why}`)
}
if (findChromium() === undefined) notRun("browser tests", "no Chromium found", browserTests)
const adapter = await findAdapter()
if (adapter.reason !== undefined) notRun("WebGPU tests", adapter.reason, webgpuTests)
if (ofSubgroups === undefined) notRun("subgroup sizes 4, 8 and 16", "no lavapipe", webgpuTests)
