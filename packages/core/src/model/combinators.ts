import type { AnyExpr } from "../expr.ts"
import { add } from "../op/arithmetic.ts"
import { ShapeError } from "../shapeError.ts"
import * as TypeOf from "../tensorType.ts"
import { around } from "./around.ts"
import { type Member, type Model, make } from "./model.ts"

/** A model, or a plain function, which is a model without parameters. */
export type Step<In, Out> = Model<In, Out> | ((input: In) => Out)

/**
 * A plain function as a model without parameters.
 *
 * ```ts
 * import { Model, op } from "@residual/core"
 * Object.keys(Model.lift(op.relu).tree) // => []
 * ```
 */
export const lift: {
  (f: (input: AnyExpr) => AnyExpr): Model<AnyExpr, AnyExpr>
  <In, Out>(f: (input: In) => Out): Model<In, Out>
} = <In, Out>(f: (input: In) => Out): Model<In, Out> => make({}, (_, input: In) => f(input))

/** The model that a step is. */
const modelOf = <In, Out>(step: Step<In, Out>): Model<In, Out> => (typeof step === "function" ? lift(step) : step)

type Steps = ReadonlyArray<Step<AnyExpr, AnyExpr>>
type NamedSteps = Readonly<Record<string, Step<AnyExpr, AnyExpr>>>

/**
 * Models and plain functions one after the other, each reading what the one before it gives. Their names are `0`, `1` …
 * by place, or those of a record.
 *
 * ```ts
 * import { Model, op } from "@residual/core"
 * const classifier = Model.sequence({
 *   hidden: Model.linear({ in: 4, out: 8 }),
 *   activation: op.relu,
 *   output: Model.linear({ in: 8, out: 3 })
 * })
 * Object.keys(Model.parameters(classifier)) // => ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
 * ```
 */
export function sequence(steps: NamedSteps): Model<AnyExpr, AnyExpr>
export function sequence(...steps: Steps): Model<AnyExpr, AnyExpr>
export function sequence(...given: Steps | readonly [NamedSteps]): Model<AnyExpr, AnyExpr> {
  const [first] = given
  const steps = (given.length === 1 && isRecord(first) ? first : { ...given }) as NamedSteps
  const names = Object.keys(steps)
  const tree = Object.fromEntries(names.map((name) => [name, modelOf(steps[name] as Step<AnyExpr, AnyExpr>)]))
  return make(tree, (self, input: AnyExpr) =>
    names.reduce((x, name) => (self[name] as (x: AnyExpr) => AnyExpr)(x), input)
  )
}

const isRecord = (given: Step<AnyExpr, AnyExpr> | NamedSteps | undefined): given is NamedSteps =>
  typeof given === "object" && given._tag !== "Model"

/**
 * A skip connection, x + f(x): the residual of the sum reaches x along both ways. The paths are those of the model
 * within. Applying it throws a `ShapeError` where f(x) is not of the type of x.
 *
 * K. He et al., "Deep residual learning for image recognition" (2016).
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.skip(Model.linear({ in: 4, out: 4 })))) // => ["weight", "bias"]
 * ```
 */
export const skip = (step: Step<AnyExpr, AnyExpr>): Model<AnyExpr, AnyExpr> =>
  around(modelOf(step), {}, (inner, _, x: AnyExpr) => {
    const y = inner(x)
    if (!TypeOf.equals(x.type, y.type)) {
      throw new ShapeError("skip", [x.type, y.type], "a model whose output is of the type of its input")
    }
    return add(x, y)
  })

/**
 * Models that all read the same input, and a record of what they give.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * const heads = Model.parallel({ policy: Model.linear({ in: 4, out: 3 }), value: Model.linear({ in: 4, out: 1 }) })
 * const { output } = Model.apply(heads, { ...Model.slots(heads), mode: "train" }, input("x", [2, 4]))
 * output.value.type.shape // => [2, 1]
 * ```
 */
export const parallel = <Out extends Readonly<Record<string, unknown>>, In = AnyExpr>(
  branches: {
    readonly [Name in keyof Out]: Step<In, Out[Name]>
  }
): Model<In, Out> => {
  const names = Object.keys(branches)
  const tree = Object.fromEntries(names.map((name) => [name, modelOf(branches[name] as Step<In, unknown>)]))
  return make(
    tree,
    (self, input: In) =>
      Object.fromEntries(names.map((name) => [name, (self[name] as (x: In) => unknown)(input)])) as Out
  )
}

/**
 * A sequence of `count` models, made one by one from their places, so that each has parameters of its own. Throws a
 * `ShapeError` for a count that is not a natural number.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.repeat(2, () => Model.linear({ in: 4, out: 4, bias: false })))) // => ["0.weight", "1.weight"]
 * ```
 */
export const repeat = (count: number, step: (at: number) => Step<AnyExpr, AnyExpr>): Model<AnyExpr, AnyExpr> => {
  if (!Number.isSafeInteger(count) || count < 0) throw new ShapeError("repeat", [], `a natural number, not ${count}`)
  return sequence(...Array.from({ length: count }, (_, at) => step(at)))
}

/**
 * The model under a name: its paths have one more segment in front.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.named("head", Model.linear({ in: 2, out: 1 })))) // => ["head.weight", "head.bias"]
 * ```
 */
export const named = <In, Out>(name: string, step: Step<In, Out>): Model<In, Out> => {
  const tree: Readonly<Record<string, Member<(input: In) => Out>>> = { [name]: modelOf(step) }
  return make(tree, (self, input: In) => (self[name] as (input: In) => Out)(input))
}
