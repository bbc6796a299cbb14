/**
 * Attributes as text, with the names of records sorted: one text for each value, which `parse` reads back exactly (NaN,
 * -0 and infinities included).
 *
 * ```ts
 * import { attributeText } from "@residual/graph"
 * attributeText({ value: -0, axes: [0, 1], name: "x" }) // => '{axes: [0, 1], name: "x", value: -0}'
 * ```
 */
export const attributeText = (value: unknown): string => {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value)
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value !== "object" || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(attributeText).join(", ")}]`
  const record = value as Readonly<Record<string, unknown>>
  const names = Object.keys(record).sort()
  return `{${names.map((name) => `${nameText(name)}: ${attributeText(record[name])}`).join(", ")}}`
}

const nameText = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name))

/**
 * Whether attributes are plain data: numbers, strings, booleans, `null`, `undefined`, arrays and records of those.
 *
 * ```ts
 * import { isPlainAttribute } from "@residual/graph"
 * isPlainAttribute({ axes: [0, 1] }) // => true
 * isPlainAttribute({ f: Math.exp }) // => false
 * ```
 */
export const isPlainAttribute = (value: unknown): boolean => {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return true
  if (value === null || value === undefined) return true
  if (typeof value !== "object") return false
  if (Array.isArray(value)) return value.every(isPlainAttribute)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every(isPlainAttribute)
}
