import type { DType } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import type { Shape } from "../shape.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { type Initialiser, kaimingUniform, zeros } from "./initialiser.ts"
import { ModelError } from "./modelError.ts"

/**
 * What a model's tree holds. `Bound` is what a body sees in its place: a parameter's value, a state to read and update,
 * a child model to call.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const members: Record<string, Model.Member<never>> = {}
 * Object.keys(members) // => []
 * ```
 */
export interface Member<out Bound> {
  readonly _tag: "Parameter" | "State" | "Model"
  /** Carries `Bound`; never present at run time. */
  readonly "~bound"?: Bound
}

/**
 * What a learned value is before it has elements. The specification itself is the parameter's identity: a model that
 * holds one twice, or two models that hold the same one, share the parameter, and its path is the first place.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.parameter([2, 3]).decay // => true
 * ```
 */
export interface Parameter extends Member<AnyExpr> {
  readonly _tag: "Parameter"
  readonly shape: Shape
  readonly dtype: DType
  readonly initialiser: Initialiser
  /** Whether weight decay applies to it. */
  readonly decay: boolean
}

/**
 * What a model keeps between runs beside its parameters: running statistics, caches. Like a parameter's, its
 * specification is its identity.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.state([3]).shape // => [3]
 * ```
 */
export interface State extends Member<BoundState> {
  readonly _tag: "State"
  readonly shape: Shape
  readonly dtype: DType
  /** Its first elements, which depend on no key. */
  readonly initialiser: Initialiser
}

/**
 * A state inside a body: its value at this point of the run, and a way to set the next one.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * const counted = Model.make({ calls: Model.state([]) }, ({ calls }, x: AnyExpr) => {
 *   calls.update(op.add(calls.value, 1))
 *   return x
 * })
 * Object.keys(Model.states(counted)) // => ["calls"]
 * ```
 */
export interface BoundState {
  readonly value: AnyExpr
  readonly update: (next: AnyExpr) => void
}

/** Whether a model learns or is only asked: dropout acts and statistics are taken in `train` alone. */
export type Mode = "train" | "evaluate"

/**
 * What a body knows of the run beside its input.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * const noisy = Model.make({}, (_, x: AnyExpr, context) =>
 *   context.mode === "train" ? op.add(x, op.normal(context.key, x.type.shape)) : x)
 * noisy._tag // => "Model"
 * ```
 */
export interface Context {
  readonly mode: Mode
  /** Where the model is in the whole one; a child that is called again has `#1`, `#2` … after its name. */
  readonly path: string
  /** How much each row of the batch counts, `[batch]`: that of padding is 0. Absent where all rows count. */
  readonly weights: AnyExpr | undefined
  /** The run's key folded by the hash of `path`, `u32[2]`. Reading it throws a `ModelError` in a run without a key. */
  readonly key: AnyExpr
  /** Hands a value out of the model under its path and a name, and returns it. */
  readonly tap: (name: string, value: AnyExpr) => AnyExpr
  /**
   * What a part of the body makes of an input: an expression, or a tree of them. Its backward computes the part again, so
   * that nothing within has to be kept; parameters, states, keys and taps are as without. Throws a `ShapeError` where the
   * part reads another value of the body, which belongs into its input.
   */
  readonly recompute: <In, Out>(part: (input: In) => Out, input: In) => Out
}

/**
 * A model: a tree of parameters, states and models under names, and a function from them, an input and a context to an
 * output. It is an immutable value; using it twice is what sharing means.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * const line: Model.Model<AnyExpr, AnyExpr> = Model.make(
 *   { slope: Model.parameter([]), offset: Model.parameter([]) },
 *   ({ slope, offset }, x: AnyExpr) => op.add(op.mul(x, slope), offset)
 * )
 * Object.keys(Model.parameters(line)) // => ["slope", "offset"]
 * ```
 */
export interface Model<in In, out Out> extends Member<(input: In) => Out> {
  readonly _tag: "Model"
  readonly tree: Readonly<Record<string, Member<unknown>>>
  // biome-ignore lint/suspicious/noExplicitAny: a model is known from outside by its input and output, not by its tree
  readonly body: (self: any, input: In, context: Context) => Out
}

/** Choices about a parameter. */
export interface ParameterOptions {
  /** Kaiming's uniform by default, of variance 1 / (3 · in), as PyTorch's linear layers have it; zeros below rank 2. */
  readonly initialiser?: Initialiser
  /** `f32` by default. */
  readonly dtype?: DType
  /** By default whether it has two axes or more. */
  readonly decay?: boolean
}

/**
 * Specifies a learned value. Shape: `shape`. Throws a `ShapeError` for a size that is negative or fractional.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.parameter([4], { initialiser: Model.ones }).dtype // => "f32"
 * ```
 */
export const parameter = (shape: Shape, options: ParameterOptions = {}): Parameter => {
  const dtype = options.dtype ?? "f32"
  checkShape("parameter", dtype, shape)
  return {
    _tag: "Parameter",
    shape,
    dtype,
    initialiser: options.initialiser ?? (shape.length < 2 ? zeros : kaimingUniform(Math.sqrt(1 / 3))),
    decay: options.decay ?? shape.length >= 2
  }
}

const checkShape = (what: string, dtype: DType, shape: Shape): void => {
  if (!ShapeOf.isValid(shape)) throw new ShapeError(what, [{ dtype, shape }], "whole, non-negative sizes")
}

/**
 * Specifies a value that is kept between runs, and starts as zeros unless another initialiser is given. Shape: `shape`.
 * Throws a `ShapeError` for a size that is negative or fractional.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.state([], { dtype: "i32" }).dtype // => "i32"
 * ```
 */
export const state = (
  shape: Shape,
  options: { readonly initialiser?: Initialiser; readonly dtype?: DType } = {}
): State => {
  const dtype = options.dtype ?? "f32"
  checkShape("state", dtype, shape)
  return { _tag: "State", shape, dtype, initialiser: options.initialiser ?? zeros }
}

/**
 * Makes a model of a tree and a function. In the function's first argument, each parameter is its value, each state can
 * be read and updated, and each model is a function of its input. Throws a `ModelError` for a name that is empty or
 * holds a dot or `#`, which paths are made with, or `/`, which parts them from other names of what is kept beside a model.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * const twice = Model.make({ inner: Model.linear({ in: 3, out: 3 }) }, ({ inner }, x: AnyExpr) => inner(op.relu(inner(x))))
 * Object.keys(Model.parameters(twice)) // => ["inner.weight", "inner.bias"]
 * ```
 */
export const make = <Bound extends Readonly<Record<string, unknown>>, In, Out>(
  tree: { readonly [Name in keyof Bound]: Member<Bound[Name]> },
  body: (self: Bound, input: In, context: Context) => Out
): Model<In, Out> => {
  const ambiguous = Object.keys(tree).find((name) => name === "" || /[./#]/.test(name))
  if (ambiguous !== undefined) throw new ModelError(ambiguous, "a name, without dots, slashes and number signs")
  return { _tag: "Model", tree, body }
}
