import { type AnyExpr, DType, op, ShapeError, type TensorType, topological } from "@residual/core"
import { applyBackward, backwardPass } from "../pullback.ts"
import { sameInputs } from "../sameInputs.ts"
import { type Expand, expand } from "./expand.ts"

/** A value of the table: under which name the computation gives it, and its type. */
export interface Cell {
  readonly output: string
  readonly type: TensorType.TensorType
}

/** What an op hands to one of its operands: a residual, or nothing where the op has none. */
export interface Handed {
  readonly to: string
  readonly residual: Cell | null
}

/**
 * One op of a model with what flows through it: its forward value, its local derivative (a value for each operand of an
 * elementwise op, the rule as text for others), the residual that comes in, those that go out, and the gradient where
 * it is a parameter.
 */
export interface OpRow {
  readonly kind: "op"
  readonly label: string
  readonly op: string
  readonly operands: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: Cell
  readonly local: { readonly rule: string; readonly values: ReadonlyArray<Handed> }
  readonly incoming: Cell | null
  readonly outgoing: ReadonlyArray<Handed>
  readonly gradient: Cell | null
}

/** A value that is used several times: the residuals that arrive from its uses, and their sum. */
export interface FanInRow {
  readonly kind: "fan-in"
  readonly label: string
  readonly arrivals: ReadonlyArray<{ readonly from: string; readonly residual: Cell }>
  readonly sum: Cell
}

/** The rows of the table in the order of the forward pass, and what a backend has to compute to fill it. */
export interface Explanation {
  readonly rows: ReadonlyArray<OpRow | FanInRow>
  readonly outputs: Readonly<Record<string, AnyExpr>>
}

/**
 * Lays out the table of a model's backward pass: a row for each op as it was written, and one for each sum of residuals
 * where a value fans out. Composites stand as one row unless `expand` names them. Constants stand only as operands.
 *
 * Throws a `ShapeError` for a value that is not a float, or not a scalar where no `residual` is given.
 *
 * ```ts
 * import { input, op, slot } from "@residual/core"
 * import { explain } from "@residual/graph"
 * const a = slot("a", [])
 * explain(op.mul(a, input("x", []))).rows.length // => 3
 * ```
 */
export const explain = (
  value: AnyExpr,
  options: { readonly residual?: AnyExpr; readonly expand?: Expand } = {}
): Explanation => {
  const [root] = expand([value], options.expand ?? []) as readonly [AnyExpr]
  if (!DType.isFloat(root.type.dtype) || (root.type.shape.length > 0 && options.residual === undefined)) {
    throw new ShapeError("explain", [root.type], "a scalar float, or a residual to start from")
  }
  const order = topological([root])
  const leaves = order.filter((expr) => expr.op.name === "input" && DType.isFloat(expr.type.dtype))
  const pass = backwardPass([{ value: root, residual: options.residual ?? op.fill(1, root.type) }], leaves)
  const outputs: Record<string, AnyExpr> = {}
  const labels = labelsOf(order)
  const label = (expr: AnyExpr): string => labels.get(expr) as string
  const cell = (name: string, expr: AnyExpr): Cell => {
    outputs[name] = expr
    return { output: name, type: expr.type }
  }
  const handed = (
    name: string,
    expr: AnyExpr,
    residuals: ReadonlyArray<AnyExpr | null> | undefined
  ): ReadonlyArray<Handed> =>
    expr.inputs.flatMap((input, at) => {
      const residual = residuals?.[at] ?? null
      return input.op.name === "constant"
        ? []
        : [{ to: label(input), residual: residual === null ? null : cell(`${name}.${at}`, residual) }]
    })
  const same = sameInputs()
  const rows = order
    .filter((expr) => isRow(expr) && same(expr) === expr)
    .flatMap((expr): ReadonlyArray<OpRow | FanInRow> => {
      const name = label(expr)
      // What stands for an op with several outputs is the first of its outputs that is read.
      const applied = expr.op.name === "project" ? (expr.inputs[0] as AnyExpr) : expr
      const incoming = pass.residual(expr)
      const arrivals = pass.arrivals(expr)
      const local =
        applied.op.elementwise && incoming !== null && applied === expr
          ? applyBackward(expr, [op.fill(1, expr.type)], () => true)
          : undefined
      const isParameter = expr.op.name === "input" && (expr.attrs as { readonly binding: string }).binding === "slot"
      const own: OpRow = {
        kind: "op",
        label: name,
        op: applied.op.name,
        operands: applied.inputs.map(label),
        attributes: expr.op.name === "input" ? {} : (applied.attrs as Readonly<Record<string, unknown>>),
        value: cell(`${name}.value`, expr),
        local: { rule: applied.op.rule, values: local === undefined ? [] : handed(`${name}.local`, applied, local) },
        incoming: incoming === null ? null : cell(`${name}.incoming`, incoming),
        outgoing: handed(`${name}.outgoing`, applied, pass.outgoing(applied)),
        gradient: isParameter && incoming !== null ? cell(`${name}.incoming`, incoming) : null
      }
      if (arrivals.length < 2 || incoming === null) return [own]
      return [
        own,
        {
          kind: "fan-in",
          label: name,
          arrivals: arrivals.map(({ from, residual }, at) => ({
            from: from === null ? "the loss" : label(from),
            residual: cell(`${name}.arrival.${at}`, residual)
          })),
          sum: cell(`${name}.incoming`, incoming)
        }
      ]
    })
  return { rows, outputs }
}

const isRow = (expr: AnyExpr): boolean => expr.op.name !== "constant" && expr.types.length === 1

/** Inputs by their names, everything else by the op's name and number; constants by their value where they have one. */
const labelsOf = (order: ReadonlyArray<AnyExpr>): ReadonlyMap<AnyExpr, string> => {
  const labels = new Map<AnyExpr, string>()
  const counts = new Map<string, number>()
  const names = new Set(
    order.filter(({ op }) => op.name === "input").map(({ attrs }) => (attrs as { name: string }).name)
  )
  for (const expr of order) {
    if (expr.op.name === "input") {
      labels.set(expr, (expr.attrs as { readonly name: string }).name)
      continue
    }
    if (expr.op.name === "constant") {
      const { values } = expr.attrs as { readonly values: ReadonlyArray<number> }
      labels.set(expr, values.length === 1 ? String(values[0]) : `constant[${expr.type.shape.join(",")}]`)
      continue
    }
    const applied = expr.op.name === "project" ? (expr.inputs[0] as AnyExpr) : expr
    const known = labels.get(applied)
    const output = expr === applied ? 0 : (expr.attrs as { readonly output: number }).output
    if (known !== undefined) {
      labels.set(expr, output === 0 ? known : `${known}.${output}`)
      continue
    }
    let count = (counts.get(expr.op.name) ?? 0) + 1
    while (names.has(`${expr.op.name}:${count}`)) count++
    counts.set(expr.op.name, count)
    labels.set(expr, `${expr.op.name}:${count}`)
  }
  return labels
}
