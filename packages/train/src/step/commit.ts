import { type AnyExpr, op } from "@residual/core"
import { clipByGlobalNorm, globalNorm } from "../optimiser/clip.ts"
import { clipByValue } from "../optimiser/clipByValue.ts"
import type { ByPath } from "../optimiser/optimiser.ts"
import type { StepOptions } from "./stepOptions.ts"

/** Gradients as a step uses them, and their norm before it was limited. */
export const clipped = (
  arrived: ByPath,
  { clip, clipValue }: StepOptions
): { readonly gradients: ByPath; readonly norm: AnyExpr } => {
  const within = clipValue === undefined ? arrived : clipByValue(arrived, clipValue)
  return clip === undefined ? { gradients: within, norm: globalNorm(within) } : clipByGlobalNorm(within, clip)
}

/** Whether a step counts: where its loss and the norm of its gradients are finite. */
export const isCommitted = (loss: AnyExpr, norm: AnyExpr): AnyExpr => op.logicalAnd(finite(loss), finite(norm))

const finite = (value: AnyExpr): AnyExpr => op.less(op.abs(value), Number.POSITIVE_INFINITY)

/** The values after a step: the next ones where it counts, and otherwise those before. */
export const kept = (committed: AnyExpr, before: ByPath, after: ByPath): ByPath =>
  Object.fromEntries(
    Object.entries(before).map(([path, value]) => [path, op.where(committed, after[path] as AnyExpr, value)])
  )
