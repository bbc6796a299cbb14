import type { AnyExpr, Backward, Composite, Dims, Expr, MaybeResidual } from "./expr.ts"
import { applyComposite } from "./expr.ts"
import { project } from "./op/leaf.ts"
import { align, type Binary, type Unary } from "./op/operand.ts"

/**
 * What a composite is made of: its body in terms of other ops, and optionally a backward of its own and values saved
 * for it. Without one, its backward is derived from the body.
 *
 * ```ts
 * import { composite, type CompositeDefinition, op } from "@residual/core"
 * const cube: CompositeDefinition<{}> = {
 *   body: ([x]) => op.mul(x!, op.mul(x!, x!)),
 *   backward: ([r], { inputs: [x] }) => [op.mul(r!, op.mul(op.mul(x!, x!), 3))]
 * }
 * composite("cube", cube).op.name // => "cube"
 * ```
 */
export interface CompositeDefinition<Attrs> {
  /** The outputs, then the saved values where `outputs` says that there are any. */
  readonly body: (inputs: ReadonlyArray<AnyExpr>, attrs: Attrs) => AnyExpr | ReadonlyArray<AnyExpr>
  /** How many of the body's values are outputs: all of them by default. */
  readonly outputs?: number
  /** Derived from the body by default; `"recomputed"` is that, too, of a body that is computed again (`op.recompute`). */
  readonly backward?: "none" | "recomputed" | Backward<Attrs>
  /** The local derivative as text, for tables. */
  readonly rule?: string
  /** Whether each output element depends on the input elements at the same place only. */
  readonly elementwise?: boolean
}

/**
 * A named op made of other ops. Backends may compute it themselves (they *claim* its `op`); where they do not, its body
 * is inlined. Calling it gives its first output.
 *
 * ```ts
 * import { composite, input, op } from "@residual/core"
 * const scaled = composite<{ readonly by: number }>("scaled", { body: ([x], { by }) => op.mul(x!, by) })
 * scaled([input("x", [2])], { by: 3 }).attrs // => { by: 3 }
 * ```
 */
export interface CompositeFunction<Attrs> {
  (inputs: ReadonlyArray<AnyExpr>, attrs: Attrs): AnyExpr
  /** All outputs, without the saved values. */
  readonly all: (inputs: ReadonlyArray<AnyExpr>, attrs: Attrs) => ReadonlyArray<AnyExpr>
  readonly op: Composite<Attrs>
}

/**
 * What a function that applies a composite carries: the op, which is what backends claim.
 *
 * ```ts
 * import { elementwise, op, type WithOp } from "@residual/core"
 * const cube: WithOp = elementwise("cube", (x) => op.pow(x, 3))
 * cube.op.name // => "cube"
 * ```
 */
export interface WithOp {
  readonly op: Composite
}

/**
 * Defines a composite op: a function of expressions with a name, and optionally its own backward and saved values. Its
 * body may read nothing but its inputs. A backward that is built of a composite, too, can be claimed beside it.
 *
 * ```ts
 * import { composite, input, op } from "@residual/core"
 * const swish = composite("swish", { body: ([x]) => op.mul(x!, op.sigmoid(x!)), elementwise: true })
 * swish([input("x", [2, 3])], {}).type.shape // => [2, 3]
 * ```
 */
export const composite = <Attrs = Readonly<Record<never, never>>>(
  name: string,
  definition: CompositeDefinition<Attrs>
): CompositeFunction<Attrs> => {
  const op: Composite<Attrs> = {
    kind: "composite",
    name,
    outputs: definition.outputs ?? Number.POSITIVE_INFINITY,
    define: (inputs, attrs) => {
      const values = definition.body(inputs, attrs)
      return "op" in values ? [values] : values
    },
    backward: definition.backward ?? "derived",
    rule: definition.rule ?? "the pullback of its body",
    elementwise: definition.elementwise ?? false
  }
  const all = (inputs: ReadonlyArray<AnyExpr>, attrs: Attrs): ReadonlyArray<AnyExpr> => {
    const application = applyComposite(op, inputs, attrs)
    const outputs = Math.min(op.outputs, application.types.length)
    return Array.from({ length: outputs }, (_, output) => project(application, output))
  }
  return Object.assign((inputs: ReadonlyArray<AnyExpr>, attrs: Attrs) => all(inputs, attrs)[0] as AnyExpr, { all, op })
}

/** An elementwise composite of any number of values and one output, whose backward is given residual, values and output. */
const perElement = (
  name: string,
  body: (inputs: ReadonlyArray<AnyExpr>) => AnyExpr,
  rule: string | undefined,
  backward:
    | "none"
    | ((residual: AnyExpr, inputs: ReadonlyArray<AnyExpr>, y: AnyExpr) => ReadonlyArray<MaybeResidual>)
    | undefined
): CompositeFunction<Readonly<Record<never, never>>> => {
  const own: "none" | Backward | undefined =
    typeof backward === "function"
      ? ([r], { inputs, outputs: [y] }) => backward(r as AnyExpr, inputs, y as AnyExpr)
      : backward
  return composite(name, {
    body,
    elementwise: true,
    ...(rule === undefined ? {} : { rule }),
    ...(own === undefined ? {} : { backward: own })
  })
}

/**
 * Defines an elementwise op of one value in a line. Its optional backward is given the residual, the value and the
 * result, and returns the outgoing residual, or `null` for none.
 *
 * ```ts
 * import { elementwise, input, op } from "@residual/core"
 * const cube = elementwise("cube", (x) => op.pow(x, 3), { backward: (r, x) => op.mul(r, op.mul(op.pow(x, 2), 3)) })
 * cube(input("x", [2])).op.name // => "cube"
 * ```
 */
export const elementwise = (
  name: string,
  body: (x: AnyExpr) => AnyExpr,
  options: {
    readonly backward?: "none" | ((residual: AnyExpr, x: AnyExpr, y: AnyExpr) => MaybeResidual)
    readonly rule?: string
  } = {}
): Unary & WithOp => {
  const { backward } = options
  const define = perElement(
    name,
    ([x]) => body(x as AnyExpr),
    options.rule,
    typeof backward === "function" ? (r, [x], y) => [backward(r, x as AnyExpr, y)] : backward
  )
  return Object.assign(<S extends Dims>(x: Expr<S>): Expr<S> => define([x], {}), { op: define.op })
}

/**
 * Defines an elementwise op of two values in a line; operands broadcast and numbers are accepted.
 *
 * ```ts
 * import { elementwise2, input, op } from "@residual/core"
 * const hypotenuse = elementwise2("hypotenuse", (a, b) => op.sqrt(op.add(op.mul(a, a), op.mul(b, b))))
 * hypotenuse(input("a", [2]), 1).type.shape // => [2]
 * ```
 */
export const elementwise2 = (
  name: string,
  body: (a: AnyExpr, b: AnyExpr) => AnyExpr,
  options: {
    readonly backward?:
      | "none"
      | ((residual: AnyExpr, a: AnyExpr, b: AnyExpr, y: AnyExpr) => readonly [MaybeResidual, MaybeResidual])
    readonly rule?: string
  } = {}
): Binary & WithOp => {
  const { backward } = options
  const define = perElement(
    name,
    ([a, b]) => body(a as AnyExpr, b as AnyExpr),
    options.rule,
    typeof backward === "function" ? (r, [a, b], y) => backward(r, a as AnyExpr, b as AnyExpr, y) : backward
  )
  return Object.assign((a: AnyExpr, b: AnyExpr | number): AnyExpr => define(align(name, [a, b]), {}), { op: define.op })
}
