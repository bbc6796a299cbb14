import type { Rate } from "./rate.ts"

/**
 * The same rate at every step.
 *
 * ```ts
 * import { constantRate } from "@residual/train"
 * constantRate(0.1)(1000) // => 0.1
 * ```
 */
export const constantRate =
  (rate: number): Rate =>
  () =>
    rate
