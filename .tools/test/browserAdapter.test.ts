import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { findChromium } from "../browser/findChromium.ts"
import { servePage } from "../browser/servePage.ts"
import { visit } from "../browser/visit.ts"
import { root } from "../run.ts"

const chromium = findChromium()

// Where there is none, `npm test` says that browser tests did not run.
describe.runIf(chromium !== undefined)("the browser of the tests", () => {
  it.each(["plain", "isolated"])("has WebGPU in a page and in its workers: %s", async (policy) => {
    const { addressOf, result, close } = await servePage(join(root, ".tools", "browser", "adapterPage"))
    try {
      const found = await visit(chromium as string, addressOf(policy), result(), 30_000)
      expect(found).toEqual({ page: "swiftshader", worker: "swiftshader" })
    } finally {
      await close()
    }
  })
})
