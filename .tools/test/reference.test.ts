import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "oxc-parser"
import { afterAll, expect, test } from "vitest"
import type { PublicSymbol } from "../documentation/publicSymbols.ts"
import { outdatedFiles, writeReference } from "../documentation/referenceFiles.ts"
import { referencePages } from "../documentation/referencePages.ts"
import { signatureOf } from "../documentation/signature.ts"
import { documentedFiles } from "../documentation/sources.ts"
import { root } from "../run.ts"

test.each([
  ["const it: Unary = unary(itOp)", "const it: Unary"],
  ["const it = 1e-8", "const it = 1e-8"],
  ["const it = <S>(x: S, n = 1): S => x", "const it = <S>(x: S, n = 1): S"],
  ["const it = (x: number) => ({ x })", "const it = (x: number)"],
  ["const it = { a: 1 } satisfies Record<string, number>", "const it: Record<string, number>"],
  ["const it = {\n  a: 1\n} as const", "const it = {\n  a: 1\n}"],
  [`const it = [${"1, ".repeat(50)}2]`, "const it = […]"],
  [`const it = make<A>("it", { ${"a: 1, ".repeat(20)}})`, "const it = make<A>(…)"],
  ["function it(x: number): number { return x }", "function it(x: number): number"],
  ["type it = { readonly a: 1 }", "type it = { readonly a: 1 }"],
  ["interface it {\n  readonly a: 1\n}", "interface it {\n  readonly a: 1\n}"],
  [
    "class it extends Base<{ a: 1 }> {\n  override get message() {\n    return 1\n  }\n}",
    "class it extends Base<{ a: 1 }>"
  ],
  [
    'class it {\n  readonly tag = "it"\n  readonly op: string = ""\n  constructor(op: string) {\n    this.op = op\n  }\n}',
    'class it {\n  readonly tag = "it"\n  readonly op: string\n  constructor(op: string)\n}'
  ]
])("the signature of %s", (text, signature) => {
  const [statement] = parseSync("it.ts", text).program.body
  expect(statement && signatureOf(text, statement, "it")).toBe(signature)
})

const symbol = (name: string, line: number, changes: Partial<PublicSymbol> = {}): PublicSymbol => ({
  name,
  declaredName: name.split(/[ .]/).at(-1) ?? name,
  path: "packages/one/src/it.ts",
  line,
  isValue: true,
  docstring: "*\n * What it is.\n *\n * ```ts\n * 1 + 1 // => 2\n * ```\n ",
  signature: `const ${name.split(/[ .]/).at(-1)}: number`,
  ...changes
})

const pages = referencePages(
  [
    { folder: "one", name: "@scope/one", description: "One thing" },
    { folder: "two", name: "@scope/two", description: "Nothing" }
  ],
  [
    symbol("@scope/one op.and", 1),
    symbol("@scope/one op.logicalAnd", 1, { declaredName: "and", signature: "const and: number" }),
    symbol("@scope/one renamed", 2, { declaredName: "other", signature: "const other: typeof other" }),
    symbol("@scope/one Renamed", 3, { isValue: false, docstring: "* A type. ", signature: "type Renamed = number" }),
    symbol("@scope/one/sub it", 4)
  ]
)

test("a page has a section for each entry point and namespace, and a heading for each name", () => {
  const headings = pages.get("one.md")?.match(/^##.*$/gm)
  expect(headings).toEqual([
    "## @scope/one",
    "### Renamed",
    "### renamed",
    "## @scope/one: op",
    "### op.and",
    "### op.logicalAnd",
    "## @scope/one/sub",
    "### it"
  ])
})

test("a name has its signature, its docstring with the example, and its source", () => {
  const entry = [
    "### op.and",
    "```ts\nconst and: number\n```",
    "What it is.",
    "```ts\n1 + 1 // => 2\n```",
    "[source](../../packages/one/src/it.ts)"
  ]
  expect(pages.get("one.md")).toContain(`${entry.join("\n\n")}\n`)
})

test("an export that changes a name is shown under the name it gives", () => {
  expect(pages.get("one.md")).toContain("### renamed\n\n```ts\nconst renamed: typeof other\n```")
})

test("a second name refers to the first", () => {
  expect(pages.get("one.md")).toContain("### op.logicalAnd\n\nThe same as [`op.and`](#opand).\n")
})

test("names that differ in case alone have anchors of their own", () => {
  expect(pages.get("one.md")).toContain("[Renamed](#renamed) ·\n[renamed](#renamed-1)")
})

test("the index counts values, types and examples, of the packages that export something", () => {
  expect(
    pages
      .get("README.md")
      ?.split("\n")
      .filter((line) => line.startsWith("| ["))
  ).toEqual(["| [`@scope/one`](one.md) | One thing | 4 | 1 | 3 |"])
  expect([...pages.keys()]).toEqual(["one.md", "README.md"])
})

mkdirSync(join(root, ".cache"), { recursive: true })
const folder = mkdtempSync(join(root, ".cache", "reference-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("a page that is absent, changed or left over is out of date until the reference is written again", () => {
  expect(outdatedFiles(pages, folder)).toEqual(["one.md", "README.md"])
  writeReference(pages, folder)
  expect(outdatedFiles(pages, folder)).toEqual([])
  writeFileSync(join(folder, "one.md"), "changed")
  writeFileSync(join(folder, "left.md"), "left over")
  expect(outdatedFiles(pages, folder)).toEqual(["one.md", "left.md"])
  writeReference(pages, folder)
  expect(outdatedFiles(pages, folder)).toEqual([])
  expect(readFileSync(join(folder, "one.md"), "utf8")).toBe(pages.get("one.md"))
})

test("the examples of docstrings are not taken a second time from the reference", () => {
  const paths = documentedFiles().map(({ path }) => path)
  expect(paths).toContain("docs/contributing.md")
  expect(paths.filter((path) => path.startsWith("docs/api/"))).toEqual([])
})
