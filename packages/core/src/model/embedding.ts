import type { AnyExpr } from "../expr.ts"
import { embedding as lookUp } from "../op/lookup.ts"
import { matmul } from "../op/matmul.ts"
import { swapLast } from "../op/movement.ts"
import { type Initialiser, normal } from "./initialiser.ts"
import { type Model, make, type Parameter, parameter } from "./model.ts"

/**
 * A table of `count` vectors of `width` that an `embedding` reads, for models that use it in two places.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const weight = Model.embeddingTable({ count: 65, width: 32 })
 * const tied = Model.sequence({ tokens: Model.embedding({ weight }), head: Model.unembedding({ weight }) })
 * Object.keys(Model.parameters(tied)) // => ["tokens.weight"]
 * ```
 */
export const embeddingTable = (options: {
  readonly count: number
  readonly width: number
  /** Standard normal by default. */
  readonly initialiser?: Initialiser
}): Parameter => parameter([options.count, options.width], { initialiser: options.initialiser ?? normal(1) })

type Table = { readonly weight: Parameter } | Parameters<typeof embeddingTable>[0]

const tableOf = (table: Table): Parameter => ("weight" in table ? table.weight : embeddingTable(table))

/**
 * The rows of a table at integers, `weight` `[count, width]`. Input: `i32[...]` -> `[..., width]`.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.parameters(Model.embedding({ count: 65, width: 32 }))["weight"]?.shape // => [65, 32]
 * ```
 */
export const embedding = (table: Table): Model<AnyExpr, AnyExpr> =>
  make({ weight: tableOf(table) }, ({ weight }, indices: AnyExpr) => lookUp(weight, indices))

/**
 * How much a vector agrees with each row of a table, x · Wᵀ: the way back from an embedding, with which it may share its
 * table. Input: `[..., width]` -> `[..., count]`.
 *
 * O. Press and L. Wolf, "Using the output embedding to improve language models" (2017).
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.unembedding({ count: 65, width: 32 }))) // => ["weight"]
 * ```
 */
export const unembedding = (table: Table): Model<AnyExpr, AnyExpr> =>
  make({ weight: tableOf(table) }, ({ weight }, x: AnyExpr) => matmul(x, swapLast(weight)))
