import { type AnyExpr, op } from "@residual/core"
import { adamW, matricesOnly } from "@residual/train"
import { gptSizes } from "../data/gptSizes.ts"
import { integerTensor } from "../data/tensors.ts"
import { gptModel } from "./gptModel.ts"
import type { Training } from "./trainingBenchmark.ts"

/** W5: a GPT that learns the next token, by AdamW with decay of its matrices. */
export const gpt = (name: keyof typeof gptSizes): Training<AnyExpr, AnyExpr> => {
  const size = gptSizes[name]
  const shape = [size.batch, size.context]
  const batch = {
    tokens: integerTensor(shape, 20, size.vocabulary),
    targets: integerTensor(shape, 21, size.vocabulary)
  }
  return {
    objective: {
      model: gptModel(size),
      batch: { tokens: batch.tokens.type, targets: batch.targets.type },
      loss: (model, { tokens, targets }) => op.crossEntropy(model(tokens!), targets!)
    },
    step: { optimiser: adamW({ beta2: 0.99, weightDecay: 0.1, decays: matricesOnly }) },
    rate: 1e-3,
    batch
  }
}
