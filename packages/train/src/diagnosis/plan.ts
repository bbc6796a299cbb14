import { type AnyExpr, topological } from "@residual/core"
import type { Claims } from "@residual/graph"

/** One value of a plan: of which op, and which of its outputs. */
export interface Value {
  readonly at: number
  readonly output: number
}

/** An op to run by itself, with the composites whose bodies it is a part of, the outermost first. */
export interface PlannedOp {
  readonly expr: AnyExpr
  readonly reads: ReadonlyArray<Value>
  readonly within: ReadonlyArray<AnyExpr>
}

/** Ops in an order in which they can run, what is wanted of them, and which ops are read last by each. */
export interface Plan {
  readonly ops: ReadonlyArray<PlannedOp>
  readonly roots: ReadonlyArray<Value>
  /** For each op, those whose values nothing reads after it. */
  readonly expiring: ReadonlyArray<ReadonlyArray<number>>
}

/**
 * What expressions are made of, op by op and nothing fused: every one once, with the bodies of composites in their place,
 * but for those that are claimed. Inputs of one name are one op.
 */
export const planOf = (roots: ReadonlyArray<AnyExpr>, claims: Claims): Plan => {
  const ops: Array<PlannedOp> = []
  const places = new Map<AnyExpr, ReadonlyArray<Value>>()
  const inputs = new Map<string, ReadonlyArray<Value>>()
  const owners = new Map<AnyExpr, AnyExpr>()
  const isInlined = ({ op }: AnyExpr): boolean => op.kind === "composite" && !claims.has(op)
  const placeOf = (expr: AnyExpr): ReadonlyArray<Value> => places.get(expr) as ReadonlyArray<Value>
  const first = (expr: AnyExpr): Value => placeOf(expr)[0] as Value
  const own = (composite: AnyExpr): void => {
    const isOutside = new Set(composite.inputs)
    const inside = (exprs: ReadonlyArray<AnyExpr>) => exprs.filter((expr) => !isOutside.has(expr))
    for (const expr of topological(inside(composite.body), ({ inputs }) => inside(inputs))) owners.set(expr, composite)
  }
  const within = (expr: AnyExpr): ReadonlyArray<AnyExpr> => {
    const owner = owners.get(expr)
    return owner === undefined ? [] : [...within(owner), owner]
  }
  const place = (expr: AnyExpr): ReadonlyArray<Value> => {
    if (isInlined(expr)) return expr.body.map(first)
    if (expr.op.name === "stopGradient") return [first(expr.inputs[0] as AnyExpr)]
    if (expr.op.name === "project") {
      return [placeOf(expr.inputs[0] as AnyExpr)[(expr.attrs as { readonly output: number }).output] as Value]
    }
    const at = ops.push({ expr, reads: expr.inputs.map(first), within: within(expr) }) - 1
    return expr.types.map((_, output) => ({ at, output }))
  }
  const placeOnce = (expr: AnyExpr): ReadonlyArray<Value> => {
    if (expr.op.name !== "input") return place(expr)
    const { name } = expr.attrs as { readonly name: string }
    const known = inputs.get(name) ?? place(expr)
    inputs.set(name, known)
    return known
  }
  const order = topological(roots, (expr) => (isInlined(expr) ? expr.body : expr.inputs))
  // A composite comes after its body, and an outer one after those within: the innermost is to own an expression.
  for (const expr of order.toReversed()) if (isInlined(expr)) own(expr)
  for (const expr of order) places.set(expr, placeOnce(expr))
  return { ops, roots: roots.map(first), expiring: expiringAt(ops) }
}

const expiringAt = (ops: ReadonlyArray<PlannedOp>): ReadonlyArray<ReadonlyArray<number>> => {
  const last = ops.map((_, at) => at)
  for (const [reader, { reads }] of ops.entries()) for (const { at } of reads) last[at] = reader
  const expiring = ops.map((): Array<number> => [])
  for (const [at, reader] of last.entries()) expiring[reader]?.push(at)
  return expiring
}
