import * as Schema from "effect/Schema"
import { Positive, Share, setting } from "../setting.ts"

const dropout = setting(Share, 0, "The rate at which elements are dropped in training")

const Activation = Schema.Literals(["relu", "tanh", "gelu", "sigmoid"])

/** A transformer of characters. */
export const Gpt = Schema.Struct({
  kind: Schema.Literal("gpt"),
  layers: setting(Positive, 2, "Blocks of attention and a feed-forward part"),
  heads: setting(Positive, 4, "Attention heads of a block; they divide the width"),
  width: setting(Positive, 96, "Features of a character"),
  context: setting(Positive, 64, "Characters that the model sees"),
  dropout,
  tied: setting(Schema.Boolean, true, "Whether the head reads the table of the embedding"),
  recompute: setting(
    Schema.Boolean,
    false,
    "Whether each block is computed again in the backward pass, which takes less memory and more time"
  )
})

/** The neural language model of Bengio and others (2003). */
export const NameMlp = Schema.Struct({
  kind: Schema.Literal("mlp"),
  context: setting(Positive, 3, "Characters that the model sees; the first ones of a name are padded"),
  embedding: setting(Positive, 10, "Features of a character"),
  hidden: setting(Positive, 200, "Features between the two linear maps"),
  dropout
})

/** A perceptron of some layers. */
export const Mlp = Schema.Struct({
  kind: Schema.Literal("mlp"),
  hidden: setting(Schema.Array(Positive), [16, 16], "Features between the linear maps, first to last"),
  activation: setting(Activation, "relu", "What comes between the linear maps"),
  dropout
})

const batchNorm = (byDefault: boolean) =>
  setting(Schema.Boolean, byDefault, "Whether each convolution is followed by a batch normalisation")

/** LeNet-5 with relu and max pooling (LeCun and others, 1998). */
export const LeNet = Schema.Struct({
  kind: Schema.Literal("lenet"),
  batchNorm: batchNorm(false),
  dropout
})

/** Convolutions of 3×3, each with relu and max pooling. */
export const Cnn = Schema.Struct({
  kind: Schema.Literal("cnn"),
  features: setting(Schema.NonEmptyArray(Positive), [8, 16], "Channels after each convolution"),
  batchNorm: batchNorm(true),
  dropout
})
