import { type AnyExpr, op } from "@residual/core"

/**
 * A running mean that takes a share of what is new: `mean + share·(value − mean)`. It is given the share, since 1 − share,
 * rounded to 32 bits, would be as far off as 1e-4 of a share that is small. A mean of what is not negative never is.
 */
export const towards = (mean: AnyExpr, value: AnyExpr, share: AnyExpr): AnyExpr =>
  op.add(mean, op.mul(op.sub(value, mean), share))
