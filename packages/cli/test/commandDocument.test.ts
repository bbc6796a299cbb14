import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { EvalEvent } from "../src/eval/evaluateModel.ts"
import { codes } from "../src/exit.ts"
import { GenerateEvent } from "../src/generate/generate.ts"
import { InspectEvent } from "../src/inspect/inspect.ts"
import { RunEvent } from "../src/run/runEvent.ts"

const path = fileURLToPath(new URL("../../../docs/command.md", import.meta.url))

/** A schema as JSON Schema has it, as far as events need it. */
interface Described {
  readonly type?: string
  readonly enum?: ReadonlyArray<string>
  readonly anyOf?: ReadonlyArray<Described>
  readonly items?: Described
  readonly prefixItems?: ReadonlyArray<Described>
  readonly properties?: Readonly<Record<string, Described>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: unknown
}

const schemas: Readonly<Record<string, Schema.Top>> = { RunEvent, GenerateEvent, EvalEvent, InspectEvent }

/** What a member may be, in a word or two. */
const typeText = ({ type, enum: names, anyOf, items, prefixItems, properties }: Described): string => {
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join(" or ")
  if (names !== undefined) return names.map((name) => `\`${name}\``).join(", ")
  if (type === "array") return items === undefined ? `${prefixItems?.length} numbers` : `a list of ${typeText(items)}`
  if (type === "object") return properties === undefined ? "values by name" : "an object"
  const words: Readonly<Record<string, string>> = { string: "text", integer: "a whole number", number: "a number" }
  return words[type ?? ""] ?? (type === "null" ? "`null`" : type === "boolean" ? "`true`, `false`" : "JSON")
}

const eventText = ({ properties = {}, required = [] }: Described): string => {
  const { event, ...members } = properties
  const told = Object.entries(members).map(
    ([name, described]) => `\`${name}\`${required.includes(name) ? "" : " (not always)"}: ${typeText(described)}`
  )
  return `| \`${event?.enum?.[0]}\` | ${told.join("; ")} |`
}

const table = (name: string): string => {
  const { anyOf, ...single } = Schema.toJsonSchemaDocument(schemas[name] as Schema.Top).schema as Described
  return ["| event | with |", "| --- | --- |", ...(anyOf ?? [single]).map(eventText)].join("\n")
}

const shown = /<!-- events: (\w+) -->\n(?:\n\|[\s\S]*?\|\n(?=\n))?/g

describe("docs/command.md", () => {
  // With UPDATE_DOCUMENTS=1 the document is written anew instead.
  it("tells of every event what its schema says", () => {
    const text = readFileSync(path, "utf8")
    const expected = text.replace(shown, (_, name: string) => `<!-- events: ${name} -->\n\n${table(name)}\n`)
    if (process.env["UPDATE_DOCUMENTS"] === "1") writeFileSync(path, expected)
    else assert.strictEqual(text, expected)
  })

  it("tells of every exit code", () => {
    const told = Array.from(readFileSync(path, "utf8").matchAll(/^\| (\d+) \|/gm), ([, code]) => Number(code))
    const { success, usage, failure, interrupted, signal } = codes
    assert.deepStrictEqual(told, [success, usage, failure, interrupted, signal + 15])
  })
})
