import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { Bytes } from "@residual/train"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { buildPage } from "../browser/buildPage.ts"
import { formats } from "../browser/dataPage/formats.ts"
import { findChromium } from "../browser/findChromium.ts"
import { servePage } from "../browser/servePage.ts"
import { visit } from "../browser/visit.ts"
import { root } from "../run.ts"

const chromium = findChromium()

const fixtures = join(root, "packages/train/test/fixtures/data")
const images: ReadonlyArray<{ readonly name: string; readonly file: string }> = JSON.parse(
  readFileSync(join(fixtures, "images.golden.json"), "utf8")
)

// Where there is none, `npm test` says that these did not run.
describe.runIf(chromium !== undefined)("in a page", () => {
  const folder = join(root, ".cache", "browserData")

  it("data are read, and workers map streams, as in Node", async () => {
    await buildPage("dataPage", folder)
    for (const name of ["flowers.zstd.parquet", "packed.npz"]) copyFileSync(join(fixtures, name), join(folder, name))
    for (const { name, file } of images) writeFileSync(join(folder, name), Buffer.from(file, "base64"))
    writeFileSync(join(folder, "text.gz"), gzipSync("a text, compressed"))
    const server = await servePage(folder)
    try {
      const result = await visit(chromium as string, server.addressOf("plain"), server.result(), 60_000)
      const bytesOf = (name: string) => Bytes.of(name, new Uint8Array(readFileSync(join(folder, name))))
      expect(result).toEqual({
        formats: await Effect.runPromise(formats(bytesOf)),
        text: "a text, compressed",
        missing: `${server.addressOf("plain")}none.txt: the server answers with status 404`,
        squares: Array.from({ length: 20 }, (_, at) => (at + 1) ** 2),
        failing: "numbers, element 2: -3 is below 0"
      })
    } finally {
      await server.close()
    }
  })
})
