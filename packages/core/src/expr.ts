import { ShapeError } from "./shapeError.ts"
import type { TensorType } from "./tensorType.ts"

/**
 * Names or literal sizes of an expression's axes, as the type checker sees them: `["batch", "time", 64]`.
 *
 * ```ts
 * import { input } from "@residual/core"
 * input("x", ["batch", 3], { sizes: { batch: 32 } }).type.shape // => [32, 3]
 * ```
 */
export type Dims = ReadonlyArray<number | string>

/**
 * A residual that may be absent: piecewise-constant and integer-valued ops have none.
 *
 * ```ts
 * import type { MaybeResidual } from "@residual/core"
 * const absent: MaybeResidual = null
 * absent // => null
 * ```
 */
export type MaybeResidual = AnyExpr | null

/**
 * An op: a pure value paired with its backward function, which maps the incoming residuals of the op's outputs to one
 * outgoing residual for each input. A *primitive* is implemented by backends; a *composite* is defined by other ops.
 *
 * `backward` is `"none"` for an op that is piecewise constant or integer-valued: its inputs receive no residual.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.tanh(input("x", [3])).op.name // => "tanh"
 * ```
 */
export type Op = Primitive | Composite

// A graph holds ops of every attribute type, of which each reads only its own, and expressions whose axes nobody follows.
// biome-ignore lint/suspicious/noExplicitAny: the erasure of an op's attributes and of an expression's axes
type Erased = any

/**
 * An op that every backend implements; the set of them is closed.
 *
 * ```ts
 * import { type Primitive, primitives } from "@residual/core"
 * const dot: Primitive = primitives.dot
 * dot.infer([{ dtype: "f32", shape: [2, 3] }, { dtype: "f32", shape: [3, 4] }], {})[0]?.shape // => [2, 4]
 * ```
 */
export interface Primitive<Attrs = Erased> {
  readonly kind: "primitive"
  readonly name: string
  /** Types of the outputs; throws a `ShapeError`. */
  readonly infer: (inputs: ReadonlyArray<TensorType>, attrs: Attrs) => ReadonlyArray<TensorType>
  readonly backward: "none" | Backward<Attrs>
  /** The local derivative as text, in terms of the residual `r`, inputs and output `y`. */
  readonly rule: string
  /** Whether each output element depends on the input elements at the same place only. */
  readonly elementwise: boolean
}

/**
 * A named op made of other ops; `composite` makes one. Backends that claim it compute it themselves, the others run its
 * body.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.gelu(input("x", [2])).op.kind // => "composite"
 * ```
 */
export interface Composite<Attrs = Erased> {
  readonly kind: "composite"
  readonly name: string
  /** How many of `define`'s values are outputs; the rest are saved for the backward. */
  readonly outputs: number
  /** The composite in terms of other ops: its outputs, then its saved values. */
  readonly define: (inputs: ReadonlyArray<AnyExpr>, attrs: Attrs) => ReadonlyArray<AnyExpr>
  /**
   * `"derived"` is the pullback of the body; so is `"recomputed"`, of a body that is computed again for it, so that no
   * value of the first one has to be kept.
   */
  readonly backward: "none" | "derived" | "recomputed" | Backward<Attrs>
  readonly rule: string
  readonly elementwise: boolean
}

/**
 * A backward function: from the residuals of an op's outputs, and the application itself (its inputs, attributes and
 * outputs), to a residual for each input.
 *
 * ```ts
 * import type { Backward } from "@residual/core"
 * const straightThrough: Backward = ([residual]) => [residual ?? null]
 * straightThrough([null], { inputs: [], outputs: [], attrs: {} }) // => [null]
 * ```
 */
export type Backward<Attrs = Erased> = (
  residuals: ReadonlyArray<MaybeResidual>,
  self: Application<Attrs>
) => ReadonlyArray<MaybeResidual>

/** What a backward function may read: the op's inputs, its outputs (saved ones last) and its attributes. */
export interface Application<Attrs = Erased> {
  readonly inputs: ReadonlyArray<AnyExpr>
  readonly outputs: ReadonlyArray<AnyExpr>
  readonly attrs: Attrs
}

/**
 * A symbolic value: an op applied to other values. It is immutable, and using it twice is what sharing means. `S` names
 * its axes for the type checker, as a plain tuple; it is invariant, so that `[2, 3] · [4, 5]` is an error.
 *
 * An application of an op with several outputs has several `types`, and only `project` reads it; every other
 * expression has exactly one.
 *
 * ```ts
 * import { type Expr, input, op } from "@residual/core"
 * const doubled = (x: Expr<["batch", 3]>): Expr<["batch", 3]> => op.add(x, x)
 * doubled(input("x", ["batch", 3], { sizes: { batch: 2 } })).type // => { dtype: "f32", shape: [2, 3] }
 * ```
 */
export interface Expr<in out S extends Dims> {
  readonly op: Op
  readonly inputs: ReadonlyArray<AnyExpr>
  readonly attrs: unknown
  readonly types: ReadonlyArray<TensorType>
  readonly type: TensorType
  /** A composite's outputs, then its saved values, in terms of other ops; empty for a primitive. */
  readonly body: ReadonlyArray<AnyExpr>
  /** Carries `S`; never present at run time. */
  readonly "~dims"?: ((dims: S) => S) | undefined
}

/**
 * An expression whose axes the type checker does not follow: the door that rules, passes and shape-generic code use.
 *
 * ```ts
 * import { type AnyExpr, input, op } from "@residual/core"
 * const double = (x: AnyExpr): AnyExpr => op.add(x, x)
 * double(input("x", [2])).type.shape // => [2]
 * ```
 */
export type AnyExpr = Expr<Erased>

const noBody: ReadonlyArray<AnyExpr> = []

/**
 * Applies a primitive: the one place where an expression is made, and where its types are inferred. Throws a
 * `ShapeError` for operands that the op refuses.
 *
 * ```ts
 * import { apply, input, primitives } from "@residual/core"
 * apply(primitives.exp, [input("x", [3])], {}).type.shape // => [3]
 * ```
 */
export const apply = <Attrs>(op: Primitive<Attrs>, inputs: ReadonlyArray<AnyExpr>, attrs: Attrs): AnyExpr => {
  const types = op.infer(typesOf(op, inputs), attrs)
  return { op, inputs, attrs, types, type: types[0] as TensorType, body: noBody }
}

const typesOf = (op: Op, inputs: ReadonlyArray<AnyExpr>): ReadonlyArray<TensorType> => {
  if (op.name !== "project") {
    for (const input of inputs) {
      if (input.types.length !== 1) {
        throw new ShapeError(op.name, input.types, `one value where ${input.op.name} gives ${input.types.length}`)
      }
    }
  }
  return inputs.length === 1 && inputs[0]?.types.length !== 1
    ? (inputs[0] as AnyExpr).types
    : inputs.map((input) => input.type)
}

/**
 * Applies a composite: its body is composed at once, which checks the operands, and is what backends run that do not
 * claim it. Throws a `ShapeError` for operands that its body refuses, and for a body that reads an expression which is
 * not one of its inputs, since that expression would receive no residual.
 *
 * ```ts
 * import { applyComposite, composite, input, op } from "@residual/core"
 * const cube = composite("cube", { body: ([x]) => op.mul(x!, op.mul(x!, x!)) })
 * cube([input("x", [3])], {}).op.name // => "cube"
 * ```
 */
export const applyComposite = <Attrs>(op: Composite<Attrs>, inputs: ReadonlyArray<AnyExpr>, attrs: Attrs): AnyExpr => {
  typesOf(op, inputs)
  const body = op.define(inputs, attrs)
  assertClosed(op, inputs, body)
  const types = body.map((value) => value.type)
  return { op, inputs, attrs, types, type: types[0] as TensorType, body }
}

const assertClosed = (op: Op, inputs: ReadonlyArray<AnyExpr>, body: ReadonlyArray<AnyExpr>): void => {
  const seen = new Set<AnyExpr>(inputs)
  const pending = [...body]
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    if (seen.has(expr)) continue
    seen.add(expr)
    if (expr.op.name === "input") {
      const name = (expr.attrs as { readonly name: string }).name
      throw new ShapeError(
        op.name,
        inputs.map((input) => input.type),
        `every value that its body reads as an input, but it reads "${name}" from outside`
      )
    }
    for (const input of expr.inputs) pending.push(input)
  }
}

/**
 * The expressions that the given ones depend on, themselves included, each after what it reads, in an order that only
 * depends on their structure. `reads` says what an expression reads: its inputs by default.
 *
 * ```ts
 * import { input, op, topological } from "@residual/core"
 * const x = input("x", [2])
 * topological([op.add(x, op.exp(x))]).map((expr) => expr.op.name) // => ["input", "exp", "add"]
 * ```
 */
export const topological = (
  outputs: ReadonlyArray<AnyExpr>,
  reads: (expr: AnyExpr) => ReadonlyArray<AnyExpr> = (expr) => expr.inputs
): Array<AnyExpr> => {
  const order: Array<AnyExpr> = []
  const entered = new Set<AnyExpr>()
  const stack: Array<{ readonly expr: AnyExpr; readonly reads: ReadonlyArray<AnyExpr>; next: number }> = []
  const enter = (expr: AnyExpr): void => {
    if (entered.has(expr)) return
    entered.add(expr)
    stack.push({ expr, reads: reads(expr), next: 0 })
  }
  for (const output of outputs) {
    enter(output)
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const next = frame.reads[frame.next]
      if (next === undefined) {
        order.push(frame.expr)
        stack.pop()
      } else {
        frame.next++
        enter(next)
      }
    }
  }
  return order
}
