import { defineConfig } from "vitest/config"
import { shared } from "../vitest.shared.ts"

/**
 * Tests that depend on how large subgroups are. `npm test` runs them once for each size that lavapipe has; once, by
 * `withAdapter.ts lavapipe512 node_modules/vitest/vitest.mjs run --config .tools/webgpu/vitest.config.ts`.
 */
export default defineConfig({
  ...shared,
  test: { ...shared.test, name: "subgroups", include: ["packages/*/test/**/*.subgroups.test.ts"] }
})
