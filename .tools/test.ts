// Everything that must hold, cheapest first and vitest last; a failing step does not hide the ones after it.
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { findChromium } from "./browser/findChromium.ts"
import { resultsFolder } from "./results.ts"
import { runNode } from "./run.ts"

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
writeFileSync(
  join(resultsFolder, "steps.json"),
  JSON.stringify({ passed: steps.length - failed.length, failed: failed.length })
)

const vitest = await runNode(
  "node_modules/vitest/vitest.mjs",
  [
    "run",
    "--config=.tools/vitest.config.ts",
    "--reporter=default",
    "--reporter=./.tools/countReporter.ts",
    ...arguments_
  ],
  { inherit: true, env: { ...process.env, RESIDUAL_LONG: long ? "1" : (process.env.RESIDUAL_LONG ?? "0") } }
)
if (failed.length > 0) console.error(`Failed before the tests: ${failed.join("; ")}`)
process.exitCode = vitest.code !== 0 ? vitest.code : failed.length > 0 ? 1 : 0
if (findChromium() === undefined) {
  // Where all must have run, that is a failure.
  if (process.env.RESIDUAL_BROWSER_TESTS === "required" && process.exitCode === 0) process.exitCode = 1
  console.log("NOT RUN: browser tests: no Chromium found")
}
