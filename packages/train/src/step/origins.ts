import { type AnyExpr, topological } from "@residual/core"
import type { Gradients } from "./gradients.ts"

/**
 * Where in a step an expression belongs: to the forward pass, at a path of the model; to the backward of an op that stands
 * there; to the gradient of a parameter, as the sum of what arrives at it. Paths are those of calls, `""` the model's own
 * body and the loss.
 *
 * ```ts
 * import type { Origin } from "@residual/train"
 * const origin: Origin = { pass: "backward", path: "head", of: "sqrt" }
 * origin.pass // => "backward"
 * ```
 */
export type Origin =
  | { readonly pass: "forward"; readonly path: string }
  | { readonly pass: "backward"; readonly path: string; readonly of: string }
  | { readonly pass: "gradient"; readonly parameter: string }

/** The passes of a step; what sums up, limits and moves is the update's. */
export type Pass = "forward" | "backward" | "update"

/** Where the expressions of a loss and its gradients belong; what they are made of otherwise is the step's own. */
export const originsOf = ({ seeded, places, backward, gradients }: Gradients): ReadonlyMap<AnyExpr, Origin> => {
  const origins = new Map<AnyExpr, Origin>()
  const settle = (exprs: ReadonlyArray<AnyExpr>, origin: (expr: AnyExpr) => Origin): void => {
    const unsettled = (some: ReadonlyArray<AnyExpr>) => some.filter((expr) => !origins.has(expr))
    for (const expr of topological(unsettled(exprs), ({ inputs }) => unsettled(inputs))) origins.set(expr, origin(expr))
  }
  const pathOf = (expr: AnyExpr): string => places.get(expr) ?? ""
  const forward = topological([seeded])
  settle([seeded], (expr) => ({ pass: "forward", path: pathOf(expr) }))
  for (const expr of forward.toReversed()) {
    const handed = backward.outgoing(expr)?.filter((residual) => residual !== null) ?? []
    settle(handed, () => ({ pass: "backward", path: pathOf(expr), of: expr.op.name }))
  }
  for (const [parameter, gradient] of Object.entries(gradients)) {
    settle([gradient], () => ({ pass: "gradient", parameter }))
  }
  return origins
}
