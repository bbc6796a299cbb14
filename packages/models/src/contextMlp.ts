import { type AnyExpr, Model, op } from "@residual/core"

/**
 * What a neural language model of a few tokens is made of.
 *
 * ```ts
 * import type { ContextMlpOptions } from "@residual/models"
 * const names: ContextMlpOptions = { vocabulary: 27, context: 3, embedding: 10, hidden: 200 }
 * names.context * names.embedding // => 30
 * ```
 */
export interface ContextMlpOptions {
  /** How many different tokens there are. */
  readonly vocabulary: number
  /** How many tokens it reads. */
  readonly context: number
  /** Features of a token. */
  readonly embedding: number
  /** Features of the layer between. */
  readonly hidden: number
  /** The rate at which elements of that layer are dropped in training: 0 by default. */
  readonly dropout?: number
}

/**
 * The neural probabilistic language model: the embeddings of a few tokens side by side, a layer of tanh, and the logits
 * of the next token. Input: tokens `i32[batch, context]` -> logits `[batch, vocabulary]`.
 *
 * Y. Bengio et al., "A neural probabilistic language model" (2003).
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * import { contextMlp } from "@residual/models"
 * const model = contextMlp({ vocabulary: 27, context: 3, embedding: 10, hidden: 200 })
 * const tokens = input("tokens", [32, 3], { dtype: "i32" })
 * Model.apply(model, { ...Model.slots(model), mode: "evaluate" }, tokens).output.type.shape // => [32, 27]
 * Model.parameters(model)["hidden.weight"]?.shape // => [30, 200]
 * ```
 */
export const contextMlp = (options: ContextMlpOptions): Model.Model<AnyExpr, AnyExpr> => {
  const { vocabulary, context, embedding, hidden, dropout = 0 } = options
  return Model.sequence({
    tokens: Model.embedding({ count: vocabulary, width: embedding }),
    sideBySide: (x) => op.reshape(x, [-1, context * embedding]),
    hidden: Model.linear({ in: context * embedding, out: hidden }),
    activation: op.tanh,
    dropout: Model.dropout({ rate: dropout }),
    logits: Model.linear({ in: hidden, out: vocabulary })
  })
}
