import type { AnyExpr } from "../expr.ts"
import { parameters as parametersOf, states as statesOf } from "./members.ts"
import type { Mode, Model } from "./model.ts"
import { call, checkType, type Observe } from "./run.ts"

/**
 * The values that a model is applied with, by path.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const line = Model.linear({ in: 1, out: 1 })
 * const bindings: Model.Bindings = { ...Model.slots(line), mode: "train" }
 * Object.keys(bindings.parameters ?? {}) // => ["weight", "bias"]
 * ```
 */
export interface Bindings {
  readonly parameters?: Readonly<Record<string, AnyExpr>>
  readonly state?: Readonly<Record<string, AnyExpr>>
  /** What random draws derive from, `u32[2]`. */
  readonly key?: AnyExpr
  /** How much each row of the batch counts, `[batch]`, for models that take statistics of it. */
  readonly weights?: AnyExpr
  readonly mode: Mode
}

/** What an application of a model gives: its output, its next state, and what its bodies tapped, by path. */
export interface Applied<Out> {
  readonly output: Out
  readonly state: Readonly<Record<string, AnyExpr>>
  readonly auxiliary: Readonly<Record<string, AnyExpr>>
}

/** Applies a model, and tells of every call within. */
export const applyObserved = <In, Out>(
  model: Model<In, Out>,
  bindings: Bindings,
  input: In,
  observe: Observe
): Applied<Out> => {
  const bound = Object.entries(parametersOf(model)).map(
    ([path, spec]) => [spec, checkType(path, spec, bindings.parameters?.[path])] as const
  )
  const specs = Object.entries(statesOf(model))
  const states = new Map(specs.map(([path, spec]) => [spec, checkType(path, spec, bindings.state?.[path])]))
  const auxiliary = new Map<string, AnyExpr>()
  const { mode, key, weights } = bindings
  const run = {
    mode,
    key,
    weights,
    parameters: new Map(bound),
    states,
    auxiliary,
    calls: new Map(),
    keys: new Map(),
    observe
  }
  const output = call(run, model, "", input)
  return {
    output,
    state: Object.fromEntries(specs.map(([path, spec]) => [path, states.get(spec) as AnyExpr])),
    auxiliary: Object.fromEntries(auxiliary)
  }
}

/**
 * Applies a model: a pure function of the values of its parameters and states by path, a key, a mode and an input, to
 * its output, the next value of every state, and what its bodies tapped. Values under paths that the model does not have
 * are left alone.
 *
 * Throws a `ModelError` that names the path for a value that is missing or of another type, and for a random draw
 * without a key; and a `ShapeError` where the model composes ill-shaped values.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * const line = Model.linear({ in: 2, out: 1 })
 * const { output } = Model.apply(line, { ...Model.slots(line), mode: "evaluate" }, input("x", [8, 2]))
 * output.type.shape // => [8, 1]
 * ```
 */
export const apply = <In, Out>(model: Model<In, Out>, bindings: Bindings, input: In): Applied<Out> =>
  applyObserved(model, bindings, input, () => () => {})
