import { type AnyModel, parameters } from "./members.ts"
import type { Parameter } from "./model.ts"

const matches = (pattern: ReadonlyArray<string>, path: ReadonlyArray<string>): boolean => {
  const [wanted, ...others] = pattern
  if (wanted === undefined) return path.length === 0
  if (wanted === "**") return path.some((_, at) => matches(others, path.slice(at))) || matches(others, [])
  const [segment, ...deeper] = path
  return segment !== undefined && (wanted === "*" || wanted === segment) && matches(others, deeper)
}

/**
 * The parameters whose path a predicate accepts, or a pattern describes, in which `*` stands for one segment and `**`
 * for any number: groups for an optimiser, and what is frozen or loaded.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const model = Model.sequence({ body: Model.linear({ in: 2, out: 2 }), head: Model.linear({ in: 2, out: 1 }) })
 * Object.keys(Model.select(model, "**.bias")) // => ["body.bias", "head.bias"]
 * Object.keys(Model.select(model, (path, { decay }) => decay && path !== "head.weight")) // => ["body.weight"]
 * ```
 */
export const select = (
  model: AnyModel,
  wanted: string | ((path: string, parameter: Parameter) => boolean)
): Readonly<Record<string, Parameter>> => {
  const accepts = typeof wanted === "string" ? (path: string) => matches(wanted.split("."), path.split(".")) : wanted
  return Object.fromEntries(Object.entries(parameters(model)).filter(([path, spec]) => accepts(path, spec)))
}
