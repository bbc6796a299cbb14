import type { SourceFile } from "./sources.ts"

/** One fenced `ts` block: where it begins (the line after the fence, counted from 1) and what its fence says. */
export interface Fence {
  readonly path: string
  readonly line: number
  readonly code: string
  /** `no-run` is type-checked only; `continues` goes on from the block before it in the same file. */
  readonly flags: ReadonlyArray<string>
}

const opening = /^(\s*(?:\*\s)?\s*)```ts(?:\s+(.*))?$/
const knownFlags = ["no-run", "continues"]

/** The fenced `ts` blocks of a Markdown file, or of the doc comments of a source file, in their order. */
export const fences = (file: SourceFile): ReadonlyArray<Fence> => {
  const found: Array<Fence> = []
  const inComments = file.path.endsWith(".ts")
  const lines = file.text.split("\n")
  for (let at = 0; at < lines.length; at++) {
    const match = opening.exec(lines[at] ?? "")
    if (match === null || (inComments && !/^\s*\*/.test(lines[at] ?? ""))) continue
    const flags = (match[2] ?? "").split(/\s+/).filter((flag) => flag !== "")
    const unknown = flags.find((flag) => !knownFlags.includes(flag))
    if (unknown !== undefined) throw new Error(`${file.path}:${at + 1}: unknown word on a ts fence: ${unknown}`)
    const start = at + 1
    const body: Array<string> = []
    for (at = start; ; at++) {
      const line = lines[at]
      if (line === undefined) throw new Error(`${file.path}:${start}: this ts fence is never closed`)
      const text = inComments ? line.replace(/^\s*\* ?/, "") : line
      if (text.trim() === "```") break
      body.push(text)
    }
    found.push({ path: file.path, line: start + 1, code: body.join("\n"), flags })
  }
  return found
}
