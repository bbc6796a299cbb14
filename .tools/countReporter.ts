import type { SerializedError } from "vitest"
import type { Reporter, TestModule } from "vitest/node"
import { writeCount } from "./results.ts"

/**
 * Leaves the counts of a run for `.ci/run`, under the name that RESIDUAL_RUN gives it. A file that does not load and an
 * error outside all tests are failures.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<SerializedError>): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
    const passed = states.filter((state) => state === "passed").length
    const failed =
      states.filter((state) => state === "failed").length +
      modules.reduce((sum, module) => sum + module.errors().length, 0) +
      unhandledErrors.length
    writeCount(process.env.RESIDUAL_RUN ?? "vitest", { passed, failed })
  }
}
