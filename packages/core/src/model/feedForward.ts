import type { AnyExpr } from "../expr.ts"
import { gelu } from "../op/nn/gelu.ts"
import { relu } from "../op/nn/relu.ts"
import { around } from "./around.ts"
import { sequence } from "./combinators.ts"
import { dropout } from "./dropout.ts"
import type { Initialiser } from "./initialiser.ts"
import { linear } from "./linear.ts"
import { type Model, make } from "./model.ts"

/**
 * The part of a transformer block that looks at each place alone: `expand` to a greater width, an activation,
 * `contract`, and dropout. Input: `[..., width]` -> the same.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.parameters(Model.feedForward({ width: 8 }))["expand.weight"]?.shape // => [8, 32]
 * ```
 */
export const feedForward = (options: {
  readonly width: number
  /** Four times the width by default. */
  readonly hidden?: number
  /** `gelu` by default. */
  readonly activation?: (x: AnyExpr) => AnyExpr
  readonly dropout?: number
  readonly bias?: boolean
  readonly initialiser?: Initialiser
  /** That of the weight of `contract`, where it is another. */
  readonly outputInitialiser?: Initialiser
}): Model<AnyExpr, AnyExpr> => {
  const { width, hidden = 4 * width, activation = gelu, dropout: rate = 0, bias = true, initialiser } = options
  const output = options.outputInitialiser ?? initialiser
  return make(
    {
      expand: linear({ in: width, out: hidden, bias, ...(initialiser && { initialiser }) }),
      contract: linear({ in: hidden, out: width, bias, ...(output && { initialiser: output }) }),
      dropout: dropout({ rate })
    },
    (self, x: AnyExpr) => self.dropout(self.contract(activation(self.expand(x))))
  )
}

/**
 * Linear maps through given widths, with an activation (`relu` by default) between them; their names are `0`, `1` …
 * Input: `[..., first]` -> `[..., last]`.
 *
 * ```ts
 * import { Model, op } from "@residual/core"
 * const classifier = Model.mlp([4, 16, 3], { activation: op.tanh })
 * Object.keys(Model.parameters(classifier)) // => ["0.weight", "0.bias", "1.weight", "1.bias"]
 * ```
 */
export const mlp = (
  widths: readonly [number, number, ...ReadonlyArray<number>],
  options: { readonly activation?: (x: AnyExpr) => AnyExpr } = {}
): Model<AnyExpr, AnyExpr> => {
  const { activation = relu } = options
  const maps = widths.slice(1).map((out, at) => linear({ in: widths[at] as number, out }))
  return sequence(
    ...maps.map((map, at) => (at === 0 ? map : around(map, {}, (inner, _, x: AnyExpr) => inner(activation(x)))))
  )
}
