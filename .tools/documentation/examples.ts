import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { root } from "../run.ts"
import { withAssertions } from "./assertions.ts"
import { fences } from "./fences.ts"
import { documentedFiles, type SourceFile } from "./sources.ts"

/** An example as a module of its own, whose line numbers are those of the file it was written in. */
export interface Example {
  /** `packages/core/src/op/exponential.ts:14` */
  readonly name: string
  readonly module: string
  readonly text: string
  readonly runs: boolean
}

/** The git-ignored folder that the examples are written to as modules. */
export const examplesFolder = join(root, ".cache", "examples")

/** The examples of one file. */
export const examplesOf = (file: SourceFile): ReadonlyArray<Example> => {
  let before: ReadonlyArray<string> = []
  return fences(file).map(({ path, line, code, flags }) => {
    const name = `${path}:${line}`
    const module = join(examplesFolder, `${path}.${line}.ts`)
    const lines = flags.includes("continues") ? [...before] : []
    const assertions = relative(dirname(module), join(root, ".tools/documentation/assert.ts")).replaceAll("\\", "/")
    while (lines.length < line - 1) lines.push("")
    const asserted = withAssertions(name, code)
    lines.push(...asserted.split("\n"))
    before = lines
    const imports = `import { $equals, $throws } from "${assertions}"; export { $equals, $throws };`
    const text = lines.join("\n")
    return { name, module, text: `${imports}${text}\n`, runs: !flags.includes("no-run") }
  })
}

/** Every example of the documentation, written to its module. */
export const writeExamples = (): ReadonlyArray<Example> => {
  const examples = documentedFiles().flatMap(examplesOf)
  const wanted = new Map(examples.map(({ module, text }) => [module, text]))
  for (const stale of globSync("**/*.ts", { cwd: examplesFolder })) {
    if (!wanted.has(join(examplesFolder, stale))) rmSync(join(examplesFolder, stale))
  }
  for (const [module, text] of wanted) {
    if (existsSync(module) && readFileSync(module, "utf8") === text) continue
    mkdirSync(dirname(module), { recursive: true })
    writeFileSync(module, text)
  }
  return examples
}
