import type { AnyExpr } from "@residual/core"

/**
 * Expressions by path: parameters, gradients, the state of a model. Trees of parameters are records whose keys are paths
 * like `blocks.0.attention.query.weight`.
 */
export type ByPath = Readonly<Record<string, AnyExpr>>

/** What an optimiser keeps between steps: for each of its names (`momentum`, say), a value of each parameter's shape. */
export type OptimiserState = Readonly<Record<string, ByPath>>

/** When an update happens: the rate, and how many updates were made before this one. Both are scalars. */
export interface UpdateTime {
  readonly rate: AnyExpr
  readonly step: AnyExpr
}

/** What an update gives: the parameters and the state for the next step. */
export interface Updated {
  readonly parameters: ByPath
  readonly state: OptimiserState
}

/**
 * How gradients move parameters: a pair of pure functions on records by path. `init` gives the state before the first
 * step, `update` the parameters and the state after one. Every value keeps the type of its parameter.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import type { Optimiser } from "@residual/train"
 * const descent: Optimiser = {
 *   init: () => ({}),
 *   update: (gradients, state, parameters, { rate }) => ({
 *     parameters: Object.fromEntries(
 *       Object.entries(parameters).map(([path, value]) => [path, op.sub(value, op.mul(gradients[path]!, rate))])
 *     ),
 *     state
 *   })
 * }
 * const at = { rate: input("rate", []), step: input("step", [], { dtype: "i32" }) }
 * const { parameters } = descent.update({ w: input("g", [3]) }, {}, { w: input("w", [3]) }, at)
 * parameters["w"]?.type.shape // => [3]
 * ```
 */
export interface Optimiser {
  readonly init: (parameters: ByPath) => OptimiserState
  readonly update: (gradients: ByPath, state: OptimiserState, parameters: ByPath, at: UpdateTime) => Updated
}
