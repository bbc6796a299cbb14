import { type AnyExpr, HostRandom, input, Model, op, slot, type TensorType } from "@residual/core"
import { type Computation, grad } from "@residual/graph"
import { clipByGlobalNorm, globalNorm } from "../optimiser/clip.ts"
import type { ByPath, Optimiser, OptimiserState, UpdateTime } from "../optimiser/optimiser.ts"
import { applyObjective, type Objective } from "./objective.ts"
import { scalarInput } from "./scalarInput.ts"

/** How a step moves parameters. */
export interface StepOptions {
  readonly optimiser: Optimiser
  /** The most that the gradients' global norm may be: no limit by default. */
  readonly clip?: number
  /** Which parameters learn, by path: all by default. The others keep their values, and have no optimiser state. */
  readonly trains?: (path: string) => boolean
}

/**
 * A training step as one computation. Inputs: what the objective's batch holds, by name; `key`, `u32[2]`; the
 * optimiser's scalars, `update/<name>`, of the loss's type. Outputs: `loss` and `gradientNorm` (before
 * clipping), scalars, and `committed`, whether the step counts. Updates: every parameter that learns, the optimiser's
 * state and the model's, which all keep their values where the loss or the gradients' norm is not finite.
 *
 * Throws a `ShapeError` for a loss that is not a scalar float, and whatever the model throws.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { sgd, trainingStep } from "@residual/train"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const { outputs, updates } = trainingStep(
 *   {
 *     model: line,
 *     batch: { x: { dtype: "f32", shape: [8] }, y: { dtype: "f32", shape: [8] } },
 *     loss: (model, { x, y }) => op.mse(model(x!), y!)
 *   },
 *   { optimiser: sgd({ momentum: 0.9 }) }
 * )
 * Object.keys(outputs) // => ["loss", "gradientNorm", "committed"]
 * Object.keys(updates!) // => ["slope", "optimiser/momentum/slope"]
 * ```
 */
export const trainingStep = <In, Out>(objective: Objective<In, Out>, options: StepOptions): Computation => {
  const { loss, parameters, state, nextState } = applyObjective(objective, "train")
  const learned = learnedOf(parameters, options)
  const arrived = grad(loss, learned)
  const { gradients, norm } =
    options.clip === undefined
      ? { gradients: arrived, norm: globalNorm(arrived) }
      : clipByGlobalNorm(arrived, options.clip)
  const held = optimiserSlots(options.optimiser, learned)
  const next = options.optimiser.update(gradients, held, learned, updateTime(options.optimiser, loss.type))
  const committed = op.logicalAnd(finite(loss), finite(norm))
  const kept = (before: ByPath, after: ByPath): ByPath =>
    Object.fromEntries(
      Object.entries(before).map(([path, value]) => [path, op.where(committed, after[path] as AnyExpr, value)])
    )
  return {
    outputs: { loss, gradientNorm: norm, committed },
    updates: {
      ...kept(learned, next.parameters),
      ...kept(bySlot(held), bySlot(next.state)),
      ...kept(state, nextState)
    }
  }
}

/**
 * The computation that gives an optimiser's state its first values, from the parameters in the Store: it has updates
 * only.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { adamW, optimiserStart } from "@residual/train"
 * const start = optimiserStart(Model.linear({ in: 2, out: 1, bias: false }), { optimiser: adamW() })
 * Object.keys(start.updates!) // => ["optimiser/mean/weight", "optimiser/square/weight"]
 * ```
 */
export const optimiserStart = (model: Model.AnyModel, options: StepOptions): Computation => ({
  outputs: {},
  updates: bySlot(options.optimiser.init(learnedOf(Model.slots(model).parameters, options)))
})

const learnedOf = (parameters: ByPath, { trains }: StepOptions): ByPath =>
  trains === undefined ? parameters : Object.fromEntries(Object.entries(parameters).filter(([path]) => trains(path)))

/** The inputs that an optimiser's update reads. Its key derives from the step's, as those of the model's draws do. */
const updateTime = (optimiser: Optimiser, { dtype }: TensorType.TensorType): UpdateTime => ({
  scalars: Object.fromEntries(
    Object.keys(optimiser.scalars({ rate: 0, step: 0 })).map((name) => [name, input(scalarInput(name), [], { dtype })])
  ),
  key: op.foldIn(input("key", [2], { dtype: "u32" }), HostRandom.hashPath("update/key"))
})

/** The slot that holds one value of an optimiser's state. No path of a model holds a slash. */
const slotName = (name: string, path: string): string => `optimiser/${name}/${path}`

/** An optimiser's state by the names of its slots. */
const bySlot = (state: OptimiserState): ByPath =>
  Object.fromEntries(
    Object.entries(state).flatMap(([name, values]) =>
      Object.entries(values).map(([path, value]) => [slotName(name, path), value])
    )
  )

/** The slots that hold an optimiser's state, shaped as its first state is. */
const optimiserSlots = (optimiser: Optimiser, parameters: ByPath): OptimiserState =>
  Object.fromEntries(
    Object.entries(optimiser.init(parameters)).map(([name, values]) => [
      name,
      Object.fromEntries(
        Object.entries(values).map(([path, { type }]) => [path, slot(slotName(name, path), type.shape, type)])
      )
    ])
  )

const finite = (value: AnyExpr): AnyExpr => op.less(op.abs(value), Number.POSITIVE_INFINITY)
