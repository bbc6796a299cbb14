/** An activation whose gain is known; `linear` is none at all. */
export type Activation = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu"

/**
 * What weights in front of an activation are multiplied by, so that its outputs keep the scale of its inputs: 1 for
 * `linear` and `sigmoid`, 5/3 for `tanh`, √2 for `relu`, √(2 / (1 + slope²)) for `leakyRelu`, 3/4 for `selu`. The slope, of
 * `leakyRelu` below 0, is 0.01 by default. These are the values that PyTorch uses.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.gainOf("relu") // => Math.SQRT2
 * Model.gainOf("leakyRelu", 1) // => 1
 * ```
 */
export const gainOf = (activation: Activation, slope = 0.01): number => gains[activation](slope)

const gains: Readonly<Record<Activation, (slope: number) => number>> = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4
}
