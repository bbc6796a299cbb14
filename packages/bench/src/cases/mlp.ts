import { Tensor } from "@residual/backends"
import { type AnyExpr, Model, op } from "@residual/core"
import { adamW, type Objective, type Optimiser, sgd } from "@residual/train"
import { integerTensor, seededByFan, uniformTensor } from "../data/tensors.ts"
import type { Training } from "./trainingBenchmark.ts"

/** The optimisers of the small networks. */
export type OptimiserName = "sgd" | "adam"

/** Each optimiser with the rate that it is given. */
const optimisers: Readonly<Record<OptimiserName, { readonly optimiser: Optimiser; readonly rate: number }>> = {
  sgd: { optimiser: sgd(), rate: 0.05 },
  // Without decay, AdamW is Adam.
  adam: { optimiser: adamW({ weightDecay: 0 }), rate: 1e-3 }
}

/** Linear maps through the widths with an activation between them, each with weights from a seed of its own. */
const mlp = (widths: ReadonlyArray<number>, activation: (x: AnyExpr) => AnyExpr): Model.Model<AnyExpr, AnyExpr> => {
  const last = widths.length - 2
  const steps = Array.from({ length: widths.length - 1 }, (_, at) => {
    const [from, to] = [widths[at] as number, widths[at + 1] as number]
    const linear = Model.linear({ in: from, out: to, initialiser: seededByFan(10 + at, from) })
    return at === last ? linear : Model.sequence({ linear, activation })
  })
  return Model.sequence(...steps)
}

const trainingOf = (
  objective: Omit<Objective<AnyExpr, AnyExpr>, "batch">,
  batch: Readonly<Record<string, Tensor.Tensor>>,
  name: OptimiserName
): Training<AnyExpr, AnyExpr> => {
  const { optimiser, rate } = optimisers[name]
  const types = Object.entries(batch).map(([input, { type }]) => [input, type] as const)
  return { objective: { ...objective, batch: Object.fromEntries(types) }, step: { optimiser }, rate, batch }
}

/** W3: a classifier of images by an MLP 784-512-256-10 with relu, on 128 of them. */
export const imageMlp = (optimiser: OptimiserName): Training<AnyExpr, AnyExpr> =>
  trainingOf(
    {
      model: mlp([784, 512, 256, 10], op.relu),
      loss: (model, { features, targets }) => op.crossEntropy(model(features!), targets!)
    },
    { features: uniformTensor([128, 784], 7), targets: integerTensor([128], 8, 10) },
    optimiser
  )

/** W4: the product of two numbers, learned by an MLP 2-16-16-1 with tanh, on 32 pairs. */
export const tinyMlp = (optimiser: OptimiserName): Training<AnyExpr, AnyExpr> => {
  const features = uniformTensor([32, 2], 9)
  const factors = Tensor.toTypedArray(features)
  const products = Float32Array.from({ length: 32 }, (_, row) => factors[2 * row]! * factors[2 * row + 1]!)
  return trainingOf(
    {
      model: mlp([2, 16, 16, 1], op.tanh),
      loss: (model, { features, targets }) => op.mse(model(features!), targets!)
    },
    { features, targets: Tensor.make(products, { shape: [32, 1] }) },
    optimiser
  )
}
