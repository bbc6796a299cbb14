import { type AnyExpr, Model, op } from "@residual/core"
import { sgd } from "@residual/train"
import { integerTensor, seededByFan, uniformTensor } from "../data/tensors.ts"
import type { Training } from "./trainingBenchmark.ts"

const images = 64

const pool = (x: AnyExpr): AnyExpr => op.maxPool2d(op.relu(x), { kernel: 2 })

const linear = (from: number, to: number, seed: number): Model.Model<AnyExpr, AnyExpr> =>
  Model.linear({ in: from, out: to, initialiser: seededByFan(seed, from) })

/**
 * LeNet-5 with relu and max pooling, images `[n, 1, 28, 28]` -> logits `[n, 10]`.
 *
 * Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998).
 */
const model = Model.sequence({
  edges: Model.conv2d({ in: 1, out: 6, kernel: 5, padding: 2, initialiser: seededByFan(1, 25) }),
  halved: pool,
  shapes: Model.conv2d({ in: 6, out: 16, kernel: 5, initialiser: seededByFan(2, 150) }),
  quartered: pool,
  flat: (x) => op.reshape(x, [images, 400]),
  first: linear(400, 120, 3),
  firstActivation: op.relu,
  second: linear(120, 84, 4),
  secondActivation: op.relu,
  logits: linear(84, 10, 5)
})

/** W6: a classifier of images by LeNet, on 64 of them. */
export const lenet = (): Training<AnyExpr, AnyExpr> => {
  const batch = { images: uniformTensor([images, 1, 28, 28], 6), targets: integerTensor([images], 7, 10) }
  return {
    objective: {
      model,
      batch: { images: batch.images.type, targets: batch.targets.type },
      loss: (model, { images, targets }) => op.crossEntropy(model(images!), targets!)
    },
    step: { optimiser: sgd() },
    rate: 0.05,
    batch
  }
}
