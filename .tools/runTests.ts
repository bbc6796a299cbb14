import { writeCount } from "./results.ts"
import { runNode } from "./run.ts"

/** One run of vitest. */
export interface TestRun {
  /** What its counts are left under. */
  readonly name: string
  readonly config: string
  readonly args: ReadonlyArray<string>
  readonly env?: NodeJS.ProcessEnv
}

/** Runs tests, shows how it goes, and gives the exit code. */
export const runTests = async ({ name, config, args, env = {} }: TestRun): Promise<number> => {
  // Until it has counted: a run that ends before has failed.
  writeCount(name, { passed: 0, failed: 1 })
  const reporters = ["--reporter=default", "--reporter=./.tools/countReporter.ts"]
  const { code } = await runNode(
    "node_modules/vitest/vitest.mjs",
    ["run", `--config=${config}`, ...reporters, ...args],
    { inherit: true, env: { ...process.env, ...env, RESIDUAL_RUN: name } }
  )
  return code
}
