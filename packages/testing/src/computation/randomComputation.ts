import { Tensor } from "@residual/backends"
import { type AnyExpr, type Composite, claimable, DType, input, op, Shape, slot, TensorType } from "@residual/core"
import { type Claims, type Computation, grad } from "@residual/graph"
import fc from "fast-check"
import type { Tensors } from "../inputs.ts"
import { elementwiseSteps } from "./elementwiseSteps.ts"
import { identitySteps } from "./identitySteps.ts"
import { printable } from "./printable.ts"
import type { Draw, Step } from "./step.ts"
import { structuralSteps } from "./structuralSteps.ts"

/**
 * A computation to try passes and backends on: what it computes, the values of its inputs and slots, and composites that
 * may be claimed.
 *
 * ```ts
 * import type { RandomComputation } from "@residual/testing"
 * const nothing: RandomComputation = { computation: { outputs: {} }, inputs: {}, slots: {}, claims: new Set() }
 * nothing.claims.size // => 0
 * ```
 */
export interface RandomComputation {
  readonly computation: Computation
  readonly inputs: Tensors
  readonly slots: Tensors
  readonly claims: Claims
}

const steps: ReadonlyArray<Step> = [...elementwiseSteps, ...structuralSteps, ...identitySteps]

const composites = [
  claimable.softmax,
  claimable.gelu,
  claimable.layerNorm,
  claimable.relu,
  claimable.sigmoid,
  claimable.mean,
  claimable.square,
  claimable.softmaxBackward
]

interface Leaf {
  readonly name: string
  readonly type: TensorType.TensorType
  readonly isSlot: boolean
}

/**
 * What random computations are made of.
 *
 * ```ts
 * import type { ComputationOptions } from "@residual/testing"
 * const narrow: ComputationOptions = { dtypes: ["f32", "i32", "u32", "bool"] }
 * narrow.dtypes?.includes("f64") // => false
 * ```
 */
export interface ComputationOptions {
  /** The element types of their inputs and slots, and those that they cast to: all by default. */
  readonly dtypes?: ReadonlyArray<DType.DType>
}

const allTypes: ReadonlyArray<DType.DType> = ["f32", "f64", "i32", "u32", "bool"]

const leaf = (name: string, dtype: DType.DType, shape: Shape.Shape, isSlot = false): Leaf => ({
  name,
  type: { dtype, shape },
  isSlot
})

/** What every computation may read; what it does not is left out. */
const allLeaves: ReadonlyArray<Leaf> = [
  leaf("x", "f32", [2, 3]),
  leaf("y", "f32", [2, 3]),
  leaf("row", "f32", [3]),
  leaf("scalar", "f32", []),
  leaf("wide", "f64", [2, 3]),
  leaf("integers", "i32", [2, 3]),
  leaf("words", "u32", [3]),
  leaf("bools", "bool", [2, 3]),
  leaf("weight", "f32", [2, 3], true),
  leaf("state", "f32", [2, 3], true),
  leaf("bias", "f32", [3], true),
  leaf("count", "i32", [], true)
]

const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-40,
  3e38
)

const elementOf = (dtype: DType.DType): fc.Arbitrary<number> => {
  if (DType.isFloat(dtype)) {
    return fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -64, max: 64 }).map((x) => x / 16) },
      { weight: 1, arbitrary: special }
    )
  }
  if (dtype === "bool") return fc.nat(1)
  return dtype === "u32"
    ? fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 32 - 1))
    : fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1))
}

const valuesOf = fc.record(
  Object.fromEntries(
    allLeaves.map(({ name, type }) => {
      const length = Shape.size(type.shape)
      return [
        name,
        fc
          .array(elementOf(type.dtype), { minLength: length, maxLength: length })
          .map((values) => Tensor.make(values, type))
      ]
    })
  )
)

interface Recipe {
  readonly steps: ReadonlyArray<{ readonly step: number; readonly draws: ReadonlyArray<number> }>
  /** Which of the values of its type each slot becomes, if any. */
  readonly updates: ReadonlyArray<number>
  readonly outputs: number
  readonly differentiated: "not at all" | "for its gradients" | "for a step of training"
  readonly claims: ReadonlyArray<Composite>
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  steps: fc.array(
    fc.record({ step: fc.nat(steps.length - 1), draws: fc.array(fc.nat(996), { minLength: 1, maxLength: 8 }) }),
    { minLength: 1, maxLength: 14 }
  ),
  updates: fc.array(fc.nat(40), { minLength: 4, maxLength: 4 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  differentiated: fc.constantFrom("not at all", "for its gradients", "for a step of training"),
  claims: fc.subarray(composites)
})

/** Draws numbers one after the other, and 0 where they have run out. */
const drawFrom = (
  numbers: ReadonlyArray<number>,
  values: ReadonlyArray<AnyExpr>,
  dtypes: ReadonlyArray<DType.DType>
): Draw => {
  let next = 0
  const below = (limit: number): number => (numbers[next++] ?? 0) % Math.max(1, limit)
  return {
    below,
    boolean: () => below(2) === 1,
    of: (choices) => choices[below(choices.length)] as (typeof choices)[number],
    dtype: () => dtypes[below(dtypes.length)] as DType.DType,
    value: (test) => {
      // What was made last comes first, so that short recipes make deep graphs.
      const fitting = values.filter(test).toReversed()
      return fitting[below(fitting.length)]
    }
  }
}

const compose = (
  { steps: chosen, updates, outputs, differentiated, claims }: Recipe,
  values: Tensors,
  dtypes: ReadonlyArray<DType.DType>
): RandomComputation => {
  const leaves = allLeaves.filter(({ type }) => dtypes.includes(type.dtype))
  const made: Array<AnyExpr> = leaves.map(({ name, type, isSlot }) =>
    (isSlot ? slot : input)(name, type.shape, { dtype: type.dtype })
  )
  const first = made.length
  for (const { step, draws } of chosen) {
    const value = (steps[step] as Step)(drawFrom(draws, made, dtypes))
    if (value !== undefined) made.push(value)
  }
  const results = made.slice(first).toReversed().slice(0, outputs)
  const named: Record<string, AnyExpr> = Object.fromEntries(results.map((result, at) => [`output ${at}`, result]))
  const target = results.find(({ type }) => DType.isFloat(type.dtype))
  if (differentiated === "for its gradients" && target !== undefined) {
    const by = made.slice(0, first).filter(({ type }) => type.dtype === target.type.dtype)
    const gradients = grad(op.sum(target), by)
    for (const [at, gradient] of gradients.entries()) named[`gradient ${at}`] = gradient
  }
  const slots = leaves.filter(({ isSlot }) => isSlot)
  const drawn = slots.flatMap(({ name, type }, at) => {
    const fitting = made.filter((value) => TensorType.equals(value.type, type)).toReversed()
    const value = fitting[updates[at] as number]
    return value === undefined ? [] : [[name, value] as const]
  })
  const isTrained = differentiated === "for a step of training" && target?.type.dtype === "f32"
  const updated = isTrained ? descended(op.sum(target), made.slice(0, first), leaves) : drawn
  const held = (isSlot: boolean): Tensors =>
    Object.fromEntries(
      leaves.filter((one) => one.isSlot === isSlot).map(({ name }) => [name, values[name] as Tensor.Tensor])
    )
  return printable({
    computation: { outputs: named, updates: Object.fromEntries(updated) },
    inputs: held(false),
    slots: held(true),
    claims: new Set(claims)
  })
}

/** A step of gradient descent for each float slot, with the gradients held within a norm. */
const descended = (
  loss: AnyExpr,
  values: ReadonlyArray<AnyExpr>,
  leaves: ReadonlyArray<Leaf>
): ReadonlyArray<readonly [string, AnyExpr]> => {
  const named = leaves.map(({ name }, at) => ({ name, value: values[at] as AnyExpr }))
  const parameters = named.filter(({ value }, at) => leaves[at]?.isSlot === true && value.type.dtype === "f32")
  const gradients = grad(
    loss,
    parameters.map(({ value }) => value)
  )
  const squares = gradients.map((gradient) => op.sum(op.square(gradient))).reduce((sum, part) => op.add(sum, part))
  const rate = op.div(
    op.sin(named.find(({ name }) => name === "scalar")?.value as AnyExpr),
    op.maximum(op.sqrt(squares), 1)
  )
  return parameters.map(({ name, value }, at) => [name, op.sub(value, op.mul(gradients[at] as AnyExpr, rate))])
}

/**
 * Small computations over most ops: well-typed graphs of several outputs, with their gradients now and then, slots that
 * are read and written, composites some of which are claimed, and values among which are NaN, infinities and both zeros.
 * They shrink to fewer steps.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * const drawn = fc.sample(Arbitrary.computation(), 5)
 * drawn.every(({ computation }) => Object.keys(computation.outputs).length <= 14) // => true
 * ```
 */
export const computation = ({ dtypes = allTypes }: ComputationOptions = {}): fc.Arbitrary<RandomComputation> =>
  fc.tuple(recipe, valuesOf).map(([recipe, values]) => compose(recipe, values, dtypes))
