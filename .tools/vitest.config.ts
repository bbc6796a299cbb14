import { defineConfig } from "vitest/config"
import { packageFolders } from "./packages.ts"
import { shared } from "./vitest.shared.ts"

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    projects: [
      ...packageFolders.map((name) => ({
        extends: true as const,
        test: {
          name,
          root: `packages/${name}`,
          include: ["test/**/*.test.ts"],
          // They run several times, each with a driver of its own: .tools/webgpu/vitest.config.ts.
          exclude: ["**/*.subgroups.test.ts"]
        }
      })),
      { extends: true as const, test: { name: "repository", root: ".tools", include: ["test/**/*.test.ts"] } },
      {
        extends: true as const,
        test: { name: "documentation", root: ".tools/documentation", include: ["examples.test.ts"] }
      }
    ]
  }
})
