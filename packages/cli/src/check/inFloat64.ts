import type { Model } from "@residual/core"

/** The same model with every float parameter and state in 64 bits. What was shared stays shared. */
export const inFloat64 = <In, Out>(model: Model.Model<In, Out>): Model.Model<In, Out> => {
  const widened = new Map<Model.Member<unknown>, Model.Member<unknown>>()
  const widen = (member: Model.Member<unknown>): Model.Member<unknown> => {
    const known = widened.get(member)
    if (known !== undefined) return known
    const wide =
      member._tag === "Model" ? widenModel(member as Model.AnyModel) : widenSpecification(member as Specification)
    widened.set(member, wide)
    return wide
  }
  const widenModel = <M extends Model.AnyModel>(model: M): M => ({
    ...model,
    tree: Object.fromEntries(Object.entries(model.tree).map(([name, member]) => [name, widen(member)]))
  })
  return widenModel(model)
}

type Specification = Model.Parameter | Model.State

const widenSpecification = (specification: Specification): Specification =>
  specification.dtype === "f32" ? { ...specification, dtype: "f64" } : specification
