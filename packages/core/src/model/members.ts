import type { Member, Model, Parameter, State } from "./model.ts"

/**
 * A model of any input and output, for what looks at trees only.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const count = (model: Model.AnyModel): number => Object.keys(Model.parameters(model)).length
 * count(Model.linear({ in: 2, out: 3 })) // => 2
 * ```
 */
export type AnyModel = Model<never, unknown>

/** A path extended by a name. */
export const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`)

const isModel = (member: Member<unknown>): member is AnyModel => member._tag === "Model"

/** The parameters or states of a model, each at the first place where it stands. */
const found = <M extends Parameter | State>(model: AnyModel, tag: M["_tag"]): ReadonlyMap<M, string> => {
  const paths = new Map<M, string>()
  const visit = (parent: AnyModel, path: string): void => {
    for (const [name, member] of Object.entries(parent.tree)) {
      const here = join(path, name)
      if (isModel(member)) visit(member, here)
      else if (member._tag === tag && !paths.has(member as M)) paths.set(member as M, here)
    }
  }
  visit(model, "")
  return paths
}

const byPath = <M>(paths: ReadonlyMap<M, string>): Readonly<Record<string, M>> =>
  Object.fromEntries(Array.from(paths, ([member, path]) => [path, member]))

/**
 * A model's parameters by path, in the order of their first places.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const model = Model.sequence(Model.linear({ in: 2, out: 3 }), Model.linear({ in: 3, out: 1, bias: false }))
 * Object.keys(Model.parameters(model)) // => ["0.weight", "0.bias", "1.weight"]
 * ```
 */
export const parameters = (model: AnyModel): Readonly<Record<string, Parameter>> =>
  byPath(found<Parameter>(model, "Parameter"))

/**
 * A model's states by path, in the order of their first places.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.states(Model.batchNorm({ features: 3 }))) // => ["mean", "variance"]
 * ```
 */
export const states = (model: AnyModel): Readonly<Record<string, State>> => byPath(found<State>(model, "State"))
