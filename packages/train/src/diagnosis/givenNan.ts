import { type AnyExpr, DType } from "@residual/core"
import * as Effect from "effect/Effect"
import { type Extent, extentOf } from "./extent.ts"
import type { Plan, Value } from "./plan.ts"
import { leafOf, type ReadLeaf } from "./replay.ts"

/** A value that a step was given, and what it holds. */
export interface Given {
  readonly value: Value
  readonly extent: Extent
}

/**
 * The first NaN that a step was given, where it is at fault for certain, so that nothing need be run: a parameter or a
 * state of the model that holds any, or what a batch holds where it reaches the loss by ops that keep it. NaN that a
 * model may well step around (as missing values), and infinity, which may be meant, are left to a replay.
 */
export const givenNan = <E>(
  plan: Plan,
  read: ReadLeaf<E>,
  isOwn: (name: string) => boolean
): Effect.Effect<Given | undefined, E> =>
  Effect.gen(function* () {
    for (const [at, { expr }] of plan.ops.entries()) {
      if (expr.op.name !== "input" || !DType.isFloat(expr.type.dtype)) continue
      const { name, binding } = expr.attrs as { readonly name: string; readonly binding: "run" | "slot" }
      if (binding === "slot" ? !isOwn(name) : !reachesLoss(plan, at)) continue
      const extent = extentOf(yield* leafOf(expr, read))
      if (extent.nan > 0) return { value: { at, output: 0 }, extent }
    }
    return undefined
  })

/** Whether NaN in a value is NaN in the loss, whatever else is computed. */
const reachesLoss = ({ ops, roots }: Plan, leaf: number): boolean => {
  const reached = new Set([leaf])
  for (const [at, { expr, reads }] of ops.entries()) {
    // What a barrier comes after is none of its value.
    const values = expr.op.name === "barrier" ? reads.slice(0, 1) : reads
    if (keepsNan(expr) && values.some((read) => reached.has(read.at))) reached.add(at)
  }
  return reached.has(roots[0]?.at as number)
}

const keepsNan = ({ op, type }: AnyExpr): boolean => keepers.has(op.name) && DType.isFloat(type.dtype)

/** Ops of which a result is NaN wherever any operand holds NaN: none that choose, drop or compare, and no power. */
const keepers: ReadonlySet<string> = new Set(
  [
    ["neg", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "atan", "tanh", "erf", "floor", "round", "cast"],
    ["add", "mul", "div", "mod", "maximum", "sum", "max", "cumSum", "dot"],
    ["reshape", "transpose", "broadcast", "pad", "concat", "barrier"]
  ].flat()
)
