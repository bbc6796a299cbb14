import type { AnyExpr } from "@residual/core"

/**
 * Expressions by path: parameters, gradients, the state of a model. Trees of parameters are records whose keys are paths
 * like `blocks.0.attention.query.weight`.
 */
export type ByPath = Readonly<Record<string, AnyExpr>>

/** What an optimiser keeps between steps: under each of its names (`momentum`, say), values by the parameters' paths. */
export type OptimiserState = Readonly<Record<string, ByPath>>

/** When a step is made: its learning rate, and how many steps were made before. */
export interface StepTime {
  readonly rate: number
  readonly step: number
}

/** What an update reads of its step beside the gradients. */
export interface UpdateTime {
  /** The numbers that the optimiser's `scalars` gave for the step, by name. Each has the shape `[]`. */
  readonly scalars: ByPath
  /** What random numbers of the step derive from, `u32[2]`; absent where the step has no key. */
  readonly key: AnyExpr | undefined
}

/** What an update gives: the parameters and the state for the next step. */
export interface Updated {
  readonly parameters: ByPath
  readonly state: OptimiserState
}

/**
 * How gradients move parameters: pure functions. `init` gives the state before the first step, `update` the parameters and
 * the state after one, on records by path; the values of both keep their types. `scalars` gives the numbers that an update
 * reads, the same names at every step: they are computed on the host in 64 bits, so that corrections like 1 − βᵗ lose no
 * digits, and are inputs of the compiled step, so that no other number compiles anything.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import type { Optimiser } from "@residual/train"
 * const descent: Optimiser = {
 *   scalars: ({ rate, step }) => ({ size: rate / (1 + step) }),
 *   init: () => ({}),
 *   update: (gradients, state, parameters, { scalars }) => ({
 *     parameters: Object.fromEntries(
 *       Object.entries(parameters).map(([path, value]) => [path, op.sub(value, op.mul(gradients[path]!, scalars["size"]!))])
 *     ),
 *     state
 *   })
 * }
 * const at = { scalars: { size: input("update/size", []) }, key: undefined }
 * const { parameters } = descent.update({ w: input("g", [3]) }, {}, { w: input("w", [3]) }, at)
 * parameters["w"]?.type.shape // => [3]
 * ```
 */
export interface Optimiser {
  readonly scalars: (time: StepTime) => Readonly<Record<string, number>>
  readonly init: (parameters: ByPath) => OptimiserState
  readonly update: (gradients: ByPath, state: OptimiserState, parameters: ByPath, at: UpdateTime) => Updated
}
