import { tableText } from "./shaderSource.ts"

/** A text that stands for several that differ in numbers, which it finds in its table. */
export interface SharedText {
  readonly source: string
  readonly numbers: ReadonlyArray<number>
}

/** Whole numbers that a table may hold as well, between what it may not: lengths of arrays, and components of vectors. */
const wholeNumbers = /array<(?:[^<>]|<[^<>]*>)*>|\[\d+\]|(?<![\w.])\d+(?![\w.])/g

/** A text in parts: what stands before the statements of `main`, and these with their numbers written in another way. */
const partsOf = (source: string, write: (number: number, at: number) => string) => {
  const start = source.indexOf("{\n", source.indexOf("fn main(")) + 2
  let at = 0
  const body = source
    .slice(start)
    .replaceAll(wholeNumbers, (text) => (/^\d/.test(text) ? write(Number(text), at++) : text))
  return { head: source.slice(0, start), body }
}

/** The declarations of a text's windows. */
const windows = /(?:^@group\(0\) @binding\(\d+\) .*\n)+/m

/** Texts that are the same but for their numbers, each with those of its own. */
interface Template {
  readonly members: Map<string, ReadonlyArray<number>>
}

const templatesOf = (sources: ReadonlyArray<string>): ReadonlyArray<Template> => {
  const templates = new Map<string, Template>()
  for (const source of sources) {
    const numbers: Array<number> = []
    const { head, body } = partsOf(source, (number) => {
      numbers.push(number)
      return "#"
    })
    const template = templates.get(head + body) ?? { members: new Map() }
    templates.set(head + body, template)
    template.members.set(source, numbers)
  }
  return [...templates.values()]
}

/** The members of a template with one text: numbers in which they differ become entries of a table, each entry once. */
const sharedBy = ({ members }: Template): ReadonlyArray<readonly [string, SharedText]> => {
  const [[first, own] = ["", []], ...others] = members
  if (others.length === 0) return []
  const entries = new Map<string, number>()
  const entryOf = own.map((number, at): number | undefined => {
    if (others.every(([, numbers]) => numbers[at] === number)) return undefined
    const key = [...members.values()].map((numbers) => numbers[at]).join()
    if (!entries.has(key)) entries.set(key, at)
    return [...entries.keys()].indexOf(key)
  })
  const { head, body } = partsOf(first, (number, at) => {
    const entry = entryOf[at]
    return entry === undefined ? `${number}` : `size${entry}`
  })
  const declared = head.replace(windows, (lines) => `${lines}${tableText(lines.split("\n").length - 1)}\n`)
  const sizes = [...entries.keys()].map((_, entry) => `  let size${entry} = table[${entry}];\n`)
  const source = `${declared}${sizes.join("")}${body}`
  return [...members].map(([member, numbers]) => {
    return [member, { source, numbers: [...entries.values()].map((at) => numbers[at] as number) }]
  })
}

/**
 * Texts that differ in nothing but whole numbers of their `main`, as one that finds them in a table of its own; none of
 * them may have a table already. Texts that stand alone keep their numbers, and are not among what is returned.
 */
export const sharedTexts = (sources: ReadonlyArray<string>): ReadonlyMap<string, SharedText> =>
  new Map(templatesOf(sources).flatMap(sharedBy))
