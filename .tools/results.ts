import { join } from "node:path"
import { root } from "./run.ts"

/** Where a run of the whole check leaves its counts. */
export const resultsFolder = join(root, ".cache", "results")
