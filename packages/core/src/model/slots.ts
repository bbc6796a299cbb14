import type { AnyExpr } from "../expr.ts"
import { slot } from "../op/leaf.ts"
import { type AnyModel, parameters, states } from "./members.ts"
import type { Parameter, State } from "./model.ts"

const slotsOf = (specs: Readonly<Record<string, Parameter | State>>): Readonly<Record<string, AnyExpr>> =>
  Object.fromEntries(Object.entries(specs).map(([path, { shape, dtype }]) => [path, slot(path, shape, { dtype })]))

/**
 * A model's parameters and states as slots of a Store, named by their paths: what `apply` takes, and what gradients are
 * asked of, so call it once for both.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.slots(Model.linear({ in: 2, out: 3 })).parameters["weight"]?.type.shape // => [2, 3]
 * ```
 */
export const slots = (
  model: AnyModel
): {
  readonly parameters: Readonly<Record<string, AnyExpr>>
  readonly state: Readonly<Record<string, AnyExpr>>
} => ({ parameters: slotsOf(parameters(model)), state: slotsOf(states(model)) })
