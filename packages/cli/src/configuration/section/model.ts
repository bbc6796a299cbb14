import * as Schema from "effect/Schema"
import { Positive, Share, setting } from "../setting.ts"

/** A transformer of characters. */
export const Gpt = Schema.Struct({
  kind: Schema.Literal("gpt"),
  layers: setting(Positive, 2, "Blocks of attention and a feed-forward part"),
  heads: setting(Positive, 4, "Attention heads of a block; they divide the width"),
  width: setting(Positive, 96, "Features of a character"),
  context: setting(Positive, 64, "Characters that the model sees"),
  dropout: setting(Share, 0, "The rate at which elements are dropped in training"),
  tied: setting(Schema.Boolean, true, "Whether the head reads the table of the embedding")
})
