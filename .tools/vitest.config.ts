import { defineConfig } from "vitest/config"
import { packageFolders } from "./packages.ts"

const long = process.env.RESIDUAL_LONG === "1"

/** Long forms multiply the runs of every property; a test that needs longer than this short of that is too slow. */
const timeout = long ? 1_200_000 : 60_000

export default defineConfig({
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
    setupFiles: [new URL("./propertyRuns.ts", import.meta.url).pathname],
    projects: [
      ...packageFolders.map((name) => ({
        extends: true as const,
        test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"] }
      })),
      { extends: true as const, test: { name: "repository", root: ".tools", include: ["test/**/*.test.ts"] } },
      {
        extends: true as const,
        test: { name: "documentation", root: ".tools/documentation", include: ["examples.test.ts"] }
      }
    ]
  }
})
