import { type AnyExpr, input, Model, topological } from "@residual/core"

export const x = input("x", [2, 4])
export const key = input("key", [2], { dtype: "u32" })

/** A model applied to its slots, with a key, in training unless told otherwise. */
export const applied = <In, Out>(model: Model.Model<In, Out>, given: In, mode: Model.Mode = "train") =>
  Model.apply(model, { ...Model.slots(model), key, mode }, given)

/** The names of the inputs that an expression is computed from, composites opened. */
export const readsOf = (expr: AnyExpr): ReadonlyArray<string> =>
  topological([expr], (value) => (value.op.kind === "composite" ? value.body : value.inputs)).flatMap(
    ({ op, attrs }) => (op.name === "input" ? [(attrs as { readonly name: string }).name] : [])
  )

/** The message of the `ModelError` that something throws, or what else came of it. */
export const objection = (run: () => unknown): string => {
  try {
    run()
    return "no objection"
  } catch (error) {
    return error instanceof Model.ModelError ? error.message : `not a ModelError: ${String(error)}`
  }
}
