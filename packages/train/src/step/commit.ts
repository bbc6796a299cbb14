import { type AnyExpr, op } from "@residual/core"
import { clipByGlobalNorm, globalNorm } from "../optimiser/clip.ts"
import { clipByValue } from "../optimiser/clipByValue.ts"
import type { ByPath } from "../optimiser/optimiser.ts"
import type { StepOptions } from "./stepOptions.ts"

/** Gradients as a step uses them, and the norm with which they arrived: what limits hide is not finite in it. */
export const clipped = (
  arrived: ByPath,
  { clip, clipValue }: StepOptions
): { readonly gradients: ByPath; readonly norm: AnyExpr } => {
  if (clipValue === undefined && clip !== undefined) return clipByGlobalNorm(arrived, clip)
  const within = clipValue === undefined ? arrived : clipByValue(arrived, clipValue)
  const gradients = clip === undefined ? within : clipByGlobalNorm(within, clip).gradients
  return { gradients, norm: globalNorm(arrived) }
}

/** Whether a step counts: where its loss and the norm of its gradients are finite. */
export const isCommitted = (loss: AnyExpr, norm: AnyExpr): AnyExpr => op.logicalAnd(finite(loss), finite(norm))

const finite = (value: AnyExpr): AnyExpr => op.less(op.abs(value), Number.POSITIVE_INFINITY)

/** The values after a step: the next ones where it counts, and otherwise those before. */
export const kept = (committed: AnyExpr, before: ByPath, after: ByPath): ByPath =>
  Object.fromEntries(
    Object.entries(before).map(([path, value]) => [path, op.where(committed, after[path] as AnyExpr, value)])
  )
