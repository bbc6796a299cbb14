import { type AnyExpr, constant, Model, op, ShapeError } from "@residual/core"

/**
 * What a GPT is made of.
 *
 * ```ts
 * import type { GptOptions } from "@residual/models"
 * const small: GptOptions = { vocabulary: 65, context: 64, layers: 2, heads: 2, width: 32 }
 * small.width / small.heads // => 16
 * ```
 */
export interface GptOptions {
  /** How many different tokens there are. */
  readonly vocabulary: number
  /** How many tokens it can read at once. */
  readonly context: number
  readonly layers: number
  readonly heads: number
  readonly width: number
  /** The rate at which elements of embeddings and of each block's parts are dropped in training: 0 by default. */
  readonly dropout?: number
  /** Whether the head reads the table of the token embedding: true by default. */
  readonly tied?: boolean
  /** The tanh form of `gelu` by default. */
  readonly activation?: (x: AnyExpr) => AnyExpr
  /** Whether queries, keys and values have one parameter, as in GPT-2's files: false by default. */
  readonly fused?: boolean
  /** Whether the backward pass computes each block again, so that it keeps only what the blocks read: false by default. */
  readonly recompute?: boolean
}

const geluTanh = (x: AnyExpr): AnyExpr => op.gelu(x, { approximate: "tanh" })

/** The deviation of GPT-2's first weights. */
const deviation = 0.02

/** One block: attention and a feed-forward part, each behind a normalisation and around a skip connection. */
const block = (options: GptOptions, cache?: Model.Cache): Model.Model<AnyExpr, AnyExpr> => {
  const { width, heads, layers, dropout = 0, fused = false, activation = geluTanh } = options
  const weights = {
    initialiser: Model.normal(deviation),
    // What is added to the skip connections of all layers grows with their number.
    outputInitialiser: Model.normal(deviation / Math.sqrt(2 * layers))
  }
  return Model.make(
    {
      attentionNorm: Model.layerNorm({ width }),
      attention: Model.selfAttention({ width, heads, dropout, fused, ...weights, ...(cache && { cache }) }),
      feedForwardNorm: Model.layerNorm({ width }),
      feedForward: Model.feedForward({ width, activation, dropout, ...weights })
    },
    (self, x: AnyExpr) => {
      const attended = op.add(x, self.attention(self.attentionNorm(x)))
      return op.add(attended, self.feedForward(self.feedForwardNorm(attended)))
    }
  )
}

/** A model from values to values, as a body calls it. */
type Part = (x: AnyExpr) => AnyExpr

/** What a GPT consists of, as its body sees it. */
type Parts = Readonly<Record<"tokens" | "positions" | "dropout" | "blocks" | "norm" | "head", Part>>

const parts = (options: GptOptions, cache?: Model.Cache): { readonly [Name in keyof Parts]: Model.Member<Part> } => {
  const { vocabulary, context, width, layers, dropout = 0, tied = true, recompute = false } = options
  const initialiser = Model.normal(deviation)
  const weight = Model.embeddingTable({ count: vocabulary, width, initialiser })
  return {
    tokens: Model.embedding({ weight }),
    positions: Model.embedding({ count: context, width, initialiser }),
    dropout: Model.dropout({ rate: dropout }),
    blocks: Model.repeat(layers, () => (recompute ? Model.recomputed(block(options, cache)) : block(options, cache))),
    norm: Model.layerNorm({ width }),
    head: tied ? Model.unembedding({ weight }) : Model.unembedding({ count: vocabulary, width, initialiser })
  }
}

/** Tokens and their positions to logits. */
const logits = (self: Parts, tokens: AnyExpr, positions: AnyExpr): AnyExpr => {
  const embedded = op.add(self.tokens(tokens), self.positions(positions))
  return self.head(self.norm(self.blocks(self.dropout(embedded))))
}

/** The places of tokens in a row, `[n]`, from 0 on. */
const placesOf = (tokens: AnyExpr, context: number): AnyExpr => {
  const [, count] = tokens.type.shape
  if (tokens.type.shape.length !== 2 || count === undefined || count > context) {
    throw new ShapeError("gpt", [tokens.type], `tokens [batch, n] with at most ${context} of them in a row`)
  }
  return op.iota([count])
}

/**
 * A GPT: a transformer that reads tokens and gives for each the logits of the next one. Token and position embeddings;
 * `layers` blocks of causal attention and a feed-forward part, each behind a layer normalisation and around a skip
 * connection; a last normalisation and the head. Weights start as GPT-2's do. Input: tokens `i32[batch, n]`, n at most
 * `context` -> logits `[batch, n, vocabulary]`. Applying it throws a `ShapeError` for more tokens in a row.
 *
 * A. Radford et al., "Language models are unsupervised multitask learners" (2019).
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * import { gpt } from "@residual/models"
 * const model = gpt({ vocabulary: 65, context: 16, layers: 2, heads: 2, width: 32 })
 * const tokens = input("tokens", [4, 16], { dtype: "i32" })
 * Model.apply(model, { ...Model.slots(model), mode: "train" }, tokens).output.type.shape // => [4, 16, 65]
 * Model.parameters(model)["blocks.0.attention.query.weight"]?.shape // => [32, 32]
 * ```
 */
export const gpt = (options: GptOptions): Model.Model<AnyExpr, AnyExpr> =>
  Model.make(parts(options), (self, tokens: AnyExpr) => logits(self, tokens, placesOf(tokens, options.context)))

/**
 * A GPT as generation runs it, with the parameters of the trained model under its paths, and with a cache: the states
 * `blocks.0.attention.keys`, `blocks.0.attention.values` …, and `position`, where the tokens of the last run began.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { type GptDecoder, gptDecoder } from "@residual/models"
 * const decoder: GptDecoder = gptDecoder({ vocabulary: 65, context: 16, layers: 1, heads: 2, width: 32 })
 * Object.keys(Model.states(decoder.decode))
 * // => ["position", "blocks.0.attention.keys", "blocks.0.attention.values"]
 * ```
 */
export interface GptDecoder {
  /** How many tokens the cache has room for. */
  readonly context: number
  /** Tokens `i32[batch, n]` from the first position on -> logits `[batch, n, vocabulary]`. */
  readonly prefill: Model.Model<AnyExpr, AnyExpr>
  /** A token of each row, `i32[batch, 1]`, at a position `i32[]` -> logits `[batch, 1, vocabulary]`. */
  readonly decode: Model.Model<{ readonly token: AnyExpr; readonly position: AnyExpr }, AnyExpr>
}

/**
 * The two programs of generation: `prefill` reads a prompt from the first position on, `decode` one more token at a
 * position; both write the keys and values of what they read into the cache, and read those of earlier positions there.
 * Tokens that fill up a prompt do no harm, since positions are read only once they have been written again. Beyond
 * `context` the logits are NaN.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * import { gptDecoder } from "@residual/models"
 * const { decode } = gptDecoder({ vocabulary: 65, context: 16, layers: 1, heads: 2, width: 32 })
 * const next = { token: input("token", [1, 1], { dtype: "i32" }), position: input("position", [], { dtype: "i32" }) }
 * Model.apply(decode, { ...Model.slots(decode), mode: "evaluate" }, next).output.type.shape // => [1, 1, 65]
 * ```
 */
export const gptDecoder = (options: GptOptions & { readonly batch?: number }): GptDecoder => {
  const { context, batch = 1 } = options
  const position = Model.state([], { dtype: "i32" })
  const tree = { position, ...parts(options, { batch, length: context, position }) }
  // Every attention reads the state, and so finds the first position of the tokens at hand.
  const from = (self: Parts & { readonly position: Model.BoundState }, tokens: AnyExpr, first: AnyExpr): AnyExpr => {
    self.position.update(first)
    return logits(self, tokens, op.add(placesOf(tokens, context), first))
  }
  return {
    context,
    prefill: Model.make(tree, (self, tokens: AnyExpr) => from(self, tokens, constant(0, { dtype: "i32" }))),
    decode: Model.make(tree, (self, next: { readonly token: AnyExpr; readonly position: AnyExpr }) =>
      from(self, next.token, next.position)
    )
  }
}
