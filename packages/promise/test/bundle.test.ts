import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { build } from "vite"

describe("an application's bundle", () => {
  it("is for a browser, and loads a backend only where it is opened", async () => {
    const entry = "virtual:application"
    const result = await build({
      configFile: false,
      root: fileURLToPath(new URL("..", import.meta.url)),
      logLevel: "error",
      plugins: [
        {
          name: "application",
          resolveId: (id) => (id === entry ? id : null),
          load: (id) => (id === entry ? 'import { open } from "@residual/promise"\nopen("cpu")' : null)
        }
      ],
      build: { write: false, minify: false, rolldownOptions: { input: entry } }
    })
    const { output } = (Array.isArray(result) ? result[0] : result) as {
      readonly output: ReadonlyArray<{
        readonly type: string
        readonly isEntry?: boolean
        readonly imports?: ReadonlyArray<string>
        readonly moduleIds?: ReadonlyArray<string>
      }>
    }
    const chunks = output.filter(({ type }) => type === "chunk")
    const modules = chunks.flatMap(({ moduleIds = [] }) => moduleIds)
    assert.isTrue(modules.some((module) => module.includes("backends/src/cpu/")))
    assert.deepStrictEqual(
      modules.filter((module) => /browser-external|^node:|platform-node/.test(module)),
      []
    )
    const first = chunks.filter(({ isEntry }) => isEntry).flatMap(({ moduleIds = [] }) => moduleIds)
    assert.isNotEmpty(first)
    assert.deepStrictEqual(
      first.filter((module) => /backends\/src\/(cpu|webgpu|reference)\//.test(module)),
      []
    )
  })
})
