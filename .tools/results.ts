import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./run.ts"

/** Where a run of the whole check leaves its counts. */
export const resultsFolder = join(root, ".cache", "results")

/** How much of one part of the check passed and failed. */
export interface Count {
  readonly passed: number
  readonly failed: number
}

/** Leaves the count of a part of the check. */
export const writeCount = (part: string, count: Count): void =>
  writeFileSync(join(resultsFolder, `${part}.json`), JSON.stringify(count))
