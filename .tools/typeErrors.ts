import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { root, runNode } from "./run.ts"

/** A claim of a type test: the line after a `// @ts-expect-error TEXT` has an error whose message contains the text. */
export interface Claim {
  readonly line: number
  readonly text: string
}

/** An error that the compiler reports, with all lines of its message. */
export interface TypeError {
  readonly file: string
  readonly line: number
  readonly message: string
}

const directive = /^(\s*)\/\/ @ts-expect-error\b:?\s*(.*)$/

/** The claims of a type test, by the line that the compiler is to object to. */
export const claimsOf = (text: string): ReadonlyArray<Claim> =>
  text.split("\n").flatMap((line, index) => {
    const match = directive.exec(line)
    return match === null ? [] : [{ line: index + 2, text: (match[2] ?? "").trim() }]
  })

/** What the compiler says about some texts, by file name, once their `@ts-expect-error` directives are taken out. */
export const typeErrors = async (name: string, texts: Readonly<Record<string, string>>) => {
  const folder = join(root, ".cache", "typetest", name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(texts)) {
    writeFileSync(join(folder, file), text.replaceAll("// @ts-expect-error", "// expected here:"))
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../packages/tsconfig.base.json",
      compilerOptions: {
        composite: false,
        declaration: false,
        declarationMap: false,
        noEmit: true,
        noUnusedLocals: false
      },
      include: ["./*.ts"],
      references: [{ path: "../../../packages/core" }]
    })
  )
  const { stdout } = await runNode("node_modules/typescript/bin/tsc", ["-b", folder, "--pretty", "false"])
  const found: Array<TypeError> = []
  for (const line of stdout.split("\n")) {
    const match = /^\.cache\/typetest\/(.*)\((\d+),\d+\): error TS\d+: (.*)$/.exec(line)
    const last = found.at(-1)
    if (match !== null) {
      found.push({ file: basename(match[1] ?? ""), line: Number(match[2]), message: match[3] ?? "" })
    } else if (last !== undefined && line.startsWith(" ")) {
      found[found.length - 1] = { ...last, message: `${last.message}\n${line}` }
    }
  }
  return found
}

/** What is wrong with a type test: claims that the compiler does not make true, and errors that nothing claims. */
export const broken = (claims: ReadonlyArray<Claim>, errors: ReadonlyArray<TypeError>): ReadonlyArray<string> => [
  ...claims.flatMap(({ line, text }) => {
    const messages = errors.filter((error) => error.line === line).map(({ message }) => message)
    if (text === "") return [`line ${line}: say what the error says, after @ts-expect-error`]
    if (messages.length === 0) return [`line ${line}: compiles, and should not: ${text}`]
    return messages.some((message) => message.includes(text))
      ? []
      : [`line ${line}: expected "${text}", the compiler says: ${messages.join("\n")}`]
  }),
  ...errors
    .filter((error) => !claims.some(({ line }) => line === error.line))
    .map(({ line, message }) => `line ${line}: ${message}`)
]
