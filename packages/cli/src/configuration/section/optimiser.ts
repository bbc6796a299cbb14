import * as Schema from "effect/Schema"
import { NotNegative, PositiveNumber, Share, setting } from "../setting.ts"

const weightDecay = (byDefault: number) =>
  setting(NotNegative, byDefault, "The share of itself that a weight loses for a rate of 1")

/** Descent with momentum. */
const Sgd = Schema.Struct({
  kind: Schema.Literal("sgd"),
  momentum: setting(Share, 0, "How much of the last update is kept")
})

/** Adam with decoupled decay (Loshchilov and Hutter, 2019). */
const AdamW = Schema.Struct({
  kind: Schema.Literal("adamW"),
  beta1: setting(Share, 0.9, "How much of the gradient's mean is kept"),
  beta2: setting(Share, 0.999, "How much of the squared gradient's mean is kept"),
  epsilon: setting(PositiveNumber, 1e-8, "Added to the denominator"),
  weightDecay: weightDecay(0.01)
})

/** How gradients move parameters. */
export const Optimiser = Schema.Union([Sgd, AdamW])
