import { type AnyExpr, constant, Model, op } from "@residual/core"
import type { DecodeInput, LanguageModel } from "@residual/train"
import type { GptSize } from "../data/gptSizes.ts"
import { seeded } from "../data/tensors.ts"

/** A uniform distribution of this half width has GPT-2's deviation, 0.02. */
const scale = 0.02 * 1.73

/** Layer normalisation without bias. */
const norm = (width: number): Model.Model<AnyExpr, AnyExpr> =>
  Model.make({ scale: Model.parameter([width], { initialiser: Model.ones }) }, (self, x: AnyExpr) =>
    op.layerNorm(x, { scale: self.scale })
  )

const block = ({ width, heads }: GptSize, layer: number, cache?: Model.Cache): Model.Model<AnyExpr, AnyExpr> => {
  const seed = (weight: number) => seeded(100 + 9 * layer + weight, scale)
  return Model.sequence({
    attention: Model.skip(
      Model.sequence({
        norm: norm(width),
        attention: Model.selfAttention({
          width,
          heads,
          fused: true,
          bias: false,
          initialiser: seed(0),
          outputInitialiser: seed(1),
          ...(cache && { cache })
        })
      })
    ),
    feedForward: Model.skip(
      Model.sequence({
        norm: norm(width),
        feedForward: Model.feedForward({
          width,
          bias: false,
          activation: (x) => op.gelu(x, { approximate: "tanh" }),
          initialiser: seed(2),
          outputInitialiser: seed(3)
        })
      })
    )
  })
}

type Part = (x: AnyExpr) => AnyExpr
type Parts = Readonly<Record<"tokens" | "positions" | "blocks" | "norm" | "head", Part>>

const parts = (size: GptSize, cache?: Model.Cache): { readonly [Name in keyof Parts]: Model.Member<Part> } => {
  const { vocabulary, context, width, layers } = size
  const weight = Model.embeddingTable({ count: vocabulary, width, initialiser: seeded(1, scale) })
  return {
    tokens: Model.embedding({ weight }),
    positions: Model.embedding({ count: context, width, initialiser: seeded(2, scale) }),
    blocks: Model.repeat(layers, (layer) => block(size, layer, cache)),
    norm: norm(width),
    head: Model.unembedding({ weight })
  }
}

const logits = (self: Parts, tokens: AnyExpr, positions: AnyExpr): AnyExpr =>
  self.head(self.norm(self.blocks(op.add(self.tokens(tokens), self.positions(positions)))))

/**
 * A GPT without biases, whose head reads the table of the token embedding: what the other systems' GPTs are.
 * Input: tokens `i32[batch, context]` -> logits `[batch, context, vocabulary]`.
 */
export const gptModel = (size: GptSize): Model.Model<AnyExpr, AnyExpr> =>
  Model.make(parts(size), (self, tokens: AnyExpr) => logits(self, tokens, op.iota([size.context])))

/** The same GPT as it generates one text, with the keys and values of earlier tokens in its states. */
export const gptDecoder = (size: GptSize): LanguageModel => {
  const { context } = size
  const position = Model.state([], { dtype: "i32" })
  const tree = { position, ...parts(size, { batch: 1, length: context, position }) }
  return {
    context,
    prefill: Model.make(tree, (self, tokens: AnyExpr) => {
      self.position.update(constant(0, { dtype: "i32" }))
      return logits(self, tokens, op.iota([context]))
    }),
    decode: Model.make(tree, (self, { token, position }: DecodeInput) => {
      self.position.update(position)
      return logits(self, token, op.reshape(position, [1]))
    })
  }
}
