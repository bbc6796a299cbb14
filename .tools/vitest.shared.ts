import type { ViteUserConfig } from "vitest/config"
import { driverEnvironment } from "./webgpu/driverEnvironment.ts"

// Tests run in processes that are started with the variables of this one.
Object.assign(process.env, driverEnvironment())

const long = process.env.RESIDUAL_LONG === "1"

/** Long forms multiply the runs of every property; a test that needs longer than this short of that is too slow. */
const timeout = long ? 1_200_000 : 60_000

/** What all runs of tests have in common. */
export const shared = {
  root: new URL("..", import.meta.url).pathname,
  cacheDir: ".cache/vite",
  test: {
    pool: "forks",
    isolate: false,
    maxWorkers: 2,
    testTimeout: timeout,
    hookTimeout: timeout,
    passWithNoTests: false,
    allowOnly: false,
    setupFiles: [new URL("./propertyRuns.ts", import.meta.url).pathname]
  }
} as const satisfies ViteUserConfig
