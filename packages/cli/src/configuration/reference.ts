import * as Schema from "effect/Schema"
import { stringify } from "yaml"
import { type TaskName, taskNames, tasks } from "./configuration.ts"
import { starts } from "./start.ts"

/** A schema as JSON Schema describes it, as far as settings need it. */
interface Described {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: ReadonlyArray<string>
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly items?: Described
  readonly anyOf?: ReadonlyArray<Described>
  readonly properties?: Readonly<Record<string, Described>>
  readonly additionalProperties?: Described | boolean
}

/** Every setting of every task, and what each task starts from: the part of the documentation that the schema decides. */
export const configurationReference = (): string =>
  [...sections().map(sectionText), ...taskNames.map(startText)].join("\n")

/** A section of the configuration, the tasks that have it as it is here, and what it holds. */
interface Section {
  readonly name: string
  readonly tasks: ReadonlyArray<TaskName>
  readonly described: Described
}

const sections = (): ReadonlyArray<Section> => {
  const found: Array<Section> = []
  for (const task of taskNames) {
    const { properties = {} } = Schema.toJsonSchemaDocument(tasks[task]).schema as Described
    for (const [name, described] of Object.entries(properties)) {
      if (name === "task") continue
      const same = found.findIndex((other) => other.name === name && isSame(other.described, described))
      const other = found[same]
      if (other === undefined) found.push({ name, tasks: [task], described })
      else found[same] = { ...other, tasks: [...other.tasks, task] }
    }
  }
  return found.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
}

/** The sections in the order in which one thinks of them, which is that of any task. */
const order: ReadonlyArray<string> = Object.keys(tasks.text.fields)

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const sectionText = ({ name, tasks: of, described }: Section): string => {
  const where = of.length === taskNames.length ? "" : ` of ${of.map((task) => `\`${task}\``).join(" and ")}`
  const title = `### \`${name}\`${where}\n\n${described.description}.\n`
  const kinds = described.anyOf ?? [described]
  return [title, ...kinds.map((kind) => kindText(name, kind))].join("\n")
}

const kindText = (name: string, described: Described): string => {
  const { kind, ...settings } = described.properties ?? {}
  const head = kind?.enum === undefined ? "" : `\`kind: ${kind.enum[0]}\`\n\n`
  const rows =
    described.properties === undefined
      ? [row(name, described)]
      : Object.entries(settings).flatMap((each) => rowsOf(...each))
  return `${head}| setting | is | by default | means |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`
}

/** The rows of a setting and of those within it. */
const rowsOf = (name: string, described: Described): ReadonlyArray<string> => {
  const within = [described, ...(described.anyOf ?? [])].find(({ properties }) => properties !== undefined)
  const inner = Object.entries(within?.properties ?? {}).flatMap(([key, each]) => rowsOf(`${name}.${key}`, each))
  return [row(name, described), ...inner]
}

const row = (name: string, described: Described): string => {
  const byDefault = described.default === undefined ? "must be given" : `\`${JSON.stringify(described.default)}\``
  return `| \`${name}\` | ${typeText(described)} | ${byDefault} | ${described.description} |`
}

/** What a setting may be, in words. */
const typeText = (described: Described): string => {
  const { type, enum: names, anyOf, items, additionalProperties } = described
  if (anyOf !== undefined) return anyOf.map(typeText).join(" or ")
  if (names !== undefined) return names.map((each) => `\`${each}\``).join(", ")
  switch (type) {
    case "object":
      return typeof additionalProperties === "object" ? `by name, each ${typeText(additionalProperties)}` : "settings"
    case "array":
      return `a list, each ${typeText(items ?? {})}`
    case "string":
      return "text"
    case "boolean":
      return "`true`, `false`"
    case "null":
      return "`null`"
    case "integer":
      return `a whole number${boundsText(described)}`
    default:
      return `a number${boundsText(described)}`
  }
}

const boundsText = ({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Described): string => {
  const bounds = [
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? "" : `≥ ${minimum}`,
    exclusiveMinimum === undefined ? "" : `> ${exclusiveMinimum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : `≤ ${maximum}`,
    exclusiveMaximum === undefined ? "" : `< ${exclusiveMaximum}`
  ].filter((bound) => bound !== "")
  return bounds.length === 0 ? "" : ` ${bounds.join(", ")}`
}

const startText = (task: TaskName): string =>
  `### What \`${task}\` starts from\n\n\`\`\`yaml\n${stringify(starts[task], { flowCollectionPadding: true })}\`\`\`\n`
