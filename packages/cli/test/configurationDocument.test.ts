import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { configurationReference } from "../src/configuration/reference.ts"

const path = fileURLToPath(new URL("../../../docs/configuration.md", import.meta.url))
const [begin, end] = ["<!-- settings -->\n", "<!-- end of settings -->"]

// With UPDATE_DOCUMENTS=1 the document is written anew instead.
it("docs/configuration.md tells of every setting what the schema says", () => {
  const text = readFileSync(path, "utf8")
  const [before, shown, after] = [text.split(begin)[0], text.split(begin)[1]?.split(end)[0], text.split(end)[1]]
  const expected = `\n${configurationReference()}\n`
  if (process.env["UPDATE_DOCUMENTS"] === "1") writeFileSync(path, `${before}${begin}${expected}${end}${after}`)
  else assert.strictEqual(shown, expected)
})
