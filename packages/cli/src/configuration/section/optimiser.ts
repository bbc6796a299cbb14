import * as Schema from "effect/Schema"
import { Addend, NotNegative, Positive, PositiveNumber, Share, setting } from "../setting.ts"

const weightDecay = (byDefault = 0) =>
  setting(NotNegative, byDefault, "The share of itself that a weight loses for a rate of 1")
const momentum = setting(Share, 0, "How much of the sum of moves is kept")
const epsilon = (byDefault: number) => setting(Addend, byDefault, "Added to the denominator")

const means = (addend = 1e-8) => ({
  beta1: setting(Share, 0.9, "How much of the gradient's mean is kept"),
  beta2: setting(Share, 0.999, "How much of the squared gradient's mean is kept"),
  epsilon: epsilon(addend)
})
const amsgrad = setting(Schema.Boolean, false, "Whether the denominator is of the greatest mean so far")
const nesterov = (byDefault: boolean) =>
  setting(Schema.Boolean, byDefault, "Whether a move looks ahead along the momentum")

/** How gradients move parameters. */
export const Optimiser = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("sgd"),
    momentum: setting(Share, 0, "How much of the sum of gradients is kept"),
    nesterov: nesterov(false),
    weightDecay: weightDecay()
  }),
  Schema.Struct({
    kind: Schema.Literal("averagedSgd"),
    lambda: setting(NotNegative, 1e-4, "The share of itself that a parameter loses for a rate of 1"),
    power: setting(PositiveNumber, 0.75, "The power with which rates fall"),
    averageFrom: setting(Positive, 1_000_000, "The step from which on parameters are averaged"),
    weightDecay: weightDecay()
  }),
  Schema.Struct({ kind: Schema.Literal("adam"), ...means(), amsgrad, weightDecay: weightDecay() }),
  Schema.Struct({ kind: Schema.Literal("adamW"), ...means(), amsgrad, weightDecay: weightDecay(0.01) }),
  Schema.Struct({ kind: Schema.Literal("adamax"), ...means(), weightDecay: weightDecay() }),
  Schema.Struct({
    kind: Schema.Literal("nadam"),
    ...means(),
    momentumDecay: setting(NotNegative, 4e-3, "How fast momentum rises from half of `beta1` to all of it"),
    weightDecay: weightDecay()
  }),
  Schema.Struct({ kind: Schema.Literal("radam"), ...means(), weightDecay: weightDecay() }),
  Schema.Struct({
    kind: Schema.Literal("rmsProp"),
    beta: setting(Share, 0.99, "How much of the squared gradient's mean is kept"),
    epsilon: epsilon(1e-8),
    momentum,
    centred: setting(Schema.Boolean, false, "Whether the denominator is the gradient's deviation"),
    weightDecay: weightDecay()
  }),
  Schema.Struct({ kind: Schema.Literal("rprop") }),
  Schema.Struct({
    kind: Schema.Literal("adagrad"),
    rateDecay: setting(NotNegative, 0, "How fast rates fall"),
    epsilon: epsilon(1e-10),
    weightDecay: weightDecay()
  }),
  Schema.Struct({
    kind: Schema.Literal("adadelta"),
    rho: setting(Share, 0.9, "How much of both mean squares is kept"),
    epsilon: epsilon(1e-6),
    weightDecay: weightDecay()
  }),
  Schema.Struct({
    kind: Schema.Literal("lion"),
    beta1: setting(Share, 0.9, "How much of the momentum is in the direction of a move"),
    beta2: setting(Share, 0.99, "How much of the momentum is kept"),
    weightDecay: weightDecay()
  }),
  Schema.Struct({ kind: Schema.Literal("lamb"), ...means(1e-6), weightDecay: weightDecay(0.01) }),
  Schema.Struct({
    kind: Schema.Literal("adafactor"),
    beta1: setting(Share, 0, "How much of the mean of moves is kept"),
    scaled: setting(Schema.Boolean, true, "Whether the rate is a share of each parameter's root mean square"),
    weightDecay: weightDecay()
  }),
  Schema.Struct({
    kind: Schema.Literal("muon"),
    momentum: setting(Share, 0.95, "How much of the gradient's mean is kept"),
    nesterov: nesterov(true),
    weightDecay: weightDecay()
  })
])
