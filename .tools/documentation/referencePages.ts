import { fences } from "./fences.ts"
import type { PublicSymbol } from "./publicSymbols.ts"

/** A package of the reference: its page is `core.md` for the folder `core`. */
export interface ReferencePackage {
  readonly folder: string
  /** `@residual/core` */
  readonly name: string
  readonly description: string
}

/** A public name as its page shows it. */
interface Entry {
  /** The path that it is imported by: `@residual/backends/reference`. */
  readonly specifier: string
  /** `op.exp` */
  readonly name: string
  readonly symbol: PublicSymbol
  /** An earlier name of the same declaration. */
  readonly sameAs: string | undefined
}

/** The text of a doc comment as Markdown. */
const markdown = (docstring: string): string =>
  docstring
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim()

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The namespace that a name is in: `op` for `op.exp`, and nothing for a name of its own. */
const namespaceOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(".")))

/** Orders names without regard to case, and namespaces after the names beside them. */
const byName = (a: string, b: string): number =>
  compare(namespaceOf(a).toLowerCase(), namespaceOf(b).toLowerCase()) ||
  compare(a.toLowerCase(), b.toLowerCase()) ||
  compare(a, b)

/** A package's names in the order of its page. */
const entriesOf = (name: string, symbols: ReadonlyArray<PublicSymbol>): ReadonlyArray<Entry> => {
  const own = symbols
    .map((symbol) => {
      const [specifier = "", exported = ""] = symbol.name.split(" ")
      return { specifier, name: exported, symbol }
    })
    .filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`))
    .sort((a, b) => compare(a.specifier, b.specifier) || byName(a.name, b.name))
  const declarations = new Map<string, string>()
  for (const { specifier, name: exported, symbol } of own) {
    const { path, line, declaredName } = symbol
    const key = `${specifier} ${path}:${line} ${declaredName}`
    const isOwn = exported === declaredName || exported.endsWith(`.${declaredName}`)
    if (isOwn && !declarations.has(key)) declarations.set(key, exported)
  }
  return own.map((entry) => {
    const { path, line, declaredName } = entry.symbol
    const first = declarations.get(`${entry.specifier} ${path}:${line} ${declaredName}`)
    return { ...entry, sameAs: first === entry.name ? undefined : first }
  })
}

/** Names headings' anchors as GitHub does, where a repeated one is numbered. */
const makeAnchors = () => {
  const seen = new Map<string, number>()
  return (heading: string): string => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-")
    const earlier = seen.get(slug)
    seen.set(slug, (earlier ?? -1) + 1)
    return earlier === undefined ? slug : `${slug}-${earlier + 1}`
  }
}

/** A fenced block, whose fence is longer than any inside it. */
const fenced = (code: string): string => {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(([fence]) => fence.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}ts\n${code}\n${fence}`
}

/** The declaration under the name by which it is exported. */
const shownSignature = ({ name: path, symbol }: Entry): string => {
  const exported = path.slice(path.lastIndexOf(".") + 1)
  const { declaredName, signature } = symbol
  if (exported === declaredName) return signature
  return signature.replace(
    /^(const|function|class|interface|type) ([\w$]+)/gm,
    (whole, keyword: string, name: string) => (name === declaredName ? `${keyword} ${exported}` : whole)
  )
}

const entryText = (entry: Entry, anchors: ReadonlyMap<string, string>): string => {
  const { specifier, name, symbol, sameAs } = entry
  const heading = `### ${name}`
  if (sameAs !== undefined) {
    return `${heading}\n\nThe same as [\`${sameAs}\`](#${anchors.get(`${specifier} ${sameAs}`)}).`
  }
  const source = `[source](../../${symbol.path})`
  const docstring = symbol.docstring === undefined ? [] : [markdown(symbol.docstring)]
  return [heading, fenced(shownSignature(entry)), ...docstring, source].join("\n\n")
}

const sectionTitle = (specifier: string, namespace: string): string =>
  namespace === "" ? specifier : `${specifier}: ${namespace}`

const page = ({ name, description }: ReferencePackage, entries: ReadonlyArray<Entry>): string => {
  const sections = new Map<string, Array<Entry>>()
  for (const entry of entries) {
    const title = sectionTitle(entry.specifier, namespaceOf(entry.name))
    const section = sections.get(title)
    if (section === undefined) sections.set(title, [entry])
    else section.push(entry)
  }
  const pageTitle = `API of ${name}`
  const anchor = makeAnchors()
  anchor(pageTitle)
  const anchors = new Map<string, string>()
  const linked = [...sections].map(([title, section]) => {
    const at = anchor(title)
    for (const entry of section) anchors.set(`${entry.specifier} ${entry.name}`, anchor(entry.name))
    return { title, at, section }
  })
  const contents = linked.map(({ title, at, section }) => {
    const names = section.map((entry) => `[${entry.name}](#${anchors.get(`${entry.specifier} ${entry.name}`)})`)
    return `**[${title}](#${at})**\n${names.join(" ·\n")}`
  })
  const texts = linked.flatMap(({ title, section }) => [
    `## ${title}`,
    ...section.map((entry) => entryText(entry, anchors))
  ])
  return `${[`# ${pageTitle}`, `${description}.`, ...contents, ...texts].join("\n\n")}\n`
}

const countExamples = (entries: ReadonlyArray<Entry>): number =>
  entries
    .filter(({ sameAs }) => sameAs === undefined)
    .flatMap(({ symbol }) => fences({ path: `${symbol.path}.md`, text: markdown(symbol.docstring ?? "") })).length

/**
 * The reference as Markdown files by their names: a page for each package that exports anything, and `README.md`, which
 * lists them.
 */
export const referencePages = (
  packages: ReadonlyArray<ReferencePackage>,
  symbols: ReadonlyArray<PublicSymbol>
): ReadonlyMap<string, string> => {
  const pages = new Map<string, string>()
  const rows: Array<string> = []
  for (const each of packages) {
    const entries = entriesOf(each.name, symbols)
    if (entries.length === 0) continue
    const file = `${each.folder}.md`
    pages.set(file, page(each, entries))
    const values = entries.filter(({ symbol }) => symbol.isValue).length
    const counts = [values, entries.length - values, countExamples(entries)]
    rows.push(`| [\`${each.name}\`](${file}) | ${each.description} | ${counts.join(" | ")} |`)
  }
  const head = ["| package | holds | values | types | examples |", "| --- | --- | ---: | ---: | ---: |"]
  pages.set(
    "README.md",
    [
      "# API reference",
      "",
      "Every public name with its type and its documentation; `npm test` checks the examples. These pages are made from the",
      "docstrings by `npm run docs`.",
      "",
      ...head,
      ...rows,
      ""
    ].join("\n")
  )
  return pages
}
