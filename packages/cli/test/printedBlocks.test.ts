import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "../../..")
const documents = ["README.md", "docs/command.md", "docs/ladder.md", "docs/tour.md"]

/** A command of ours or a golden file, and the block that shows what it prints or holds. */
const shown = /<!-- (prints: residual|file:) (.+) -->\n(?:\n```text\n[\s\S]*?\n```\n)?/g

const run = async (command: string): Promise<string> => {
  const main = join(root, "packages/cli/src/main.ts")
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...command.split(" ")])
  return stdout
}

const read = (kind: string, source: string): Promise<string> =>
  kind === "file:" ? Promise.resolve(readFileSync(join(root, source), "utf8")) : run(source)

const withOutput = async (text: string): Promise<string> => {
  const outputs = await Promise.all([...text.matchAll(shown)].map(([, kind, source]) => read(kind!, source!)))
  let next = 0
  return text.replace(shown, (_, kind: string, source: string) => {
    return `<!-- ${kind} ${source} -->\n\n\`\`\`text\n${outputs[next++]!.trimEnd()}\n\`\`\`\n`
  })
}

// With UPDATE_DOCUMENTS=1 the documents are written anew instead.
describe("documents", () => {
  it.each(documents)(
    "%s shows what its commands print and its files hold",
    async (name) => {
      const path = join(root, name)
      const text = readFileSync(path, "utf8")
      const expected = await withOutput(text)
      if (process.env["UPDATE_DOCUMENTS"] === "1") writeFileSync(path, expected)
      else assert.strictEqual(text, expected)
    },
    60_000
  )
})
