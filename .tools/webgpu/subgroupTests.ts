import { runTests } from "../runTests.ts"
import { findLavapipe, lavapipeEnvironment, vectorWidths } from "./lavapipe.ts"

/** Runs what depends on how large subgroups are, once for each size, and gives the exit code; nothing without lavapipe. */
export const subgroupTests = async (): Promise<number | undefined> => {
  const driver = findLavapipe()
  if (driver === undefined) return undefined
  let code = 0
  for (const width of vectorWidths) {
    console.log(`Subgroups of ${width / 32}`)
    const ended = await runTests({
      name: `subgroups-${width / 32}`,
      config: ".tools/webgpu/vitest.config.ts",
      args: [],
      env: lavapipeEnvironment(driver, width)
    })
    if (ended !== 0) code = ended
  }
  return code
}
