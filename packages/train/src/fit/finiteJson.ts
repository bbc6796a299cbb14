import type * as Schema from "effect/Schema"

/** A value as JSON has it: `null` stands for a number that is not finite. */
export const finiteJson = (value: Schema.Json): Schema.Json => {
  if (typeof value === "number") return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map(finiteJson)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, finiteJson(part)]))
}
