/**
 * The learning rate of each step, counted from 0.
 *
 * ```ts
 * import type { Rate } from "@residual/train"
 * const halving: Rate = (step) => 0.1 / 2 ** Math.floor(step / 100)
 * halving(200) // => 0.025
 * ```
 */
export type Rate = (step: number) => number
