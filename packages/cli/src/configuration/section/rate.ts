import * as Schema from "effect/Schema"
import { optional, Positive, PositiveNumber, required, Share, setting } from "../setting.ts"

/** Steps, or a share of those of the run. */
const StepsOrShare = Schema.Finite.check(
  Schema.makeFilter((value) => value < 1 || Number.isInteger(value), {
    expected: "a whole number of steps, or a share of the run below 1"
  }),
  Schema.isGreaterThanOrEqualTo(0)
)

const peak = required(PositiveNumber, "The highest rate")
const warmup = (byDefault: number) =>
  setting(StepsOrShare, byDefault, "Steps in which the rate rises to the peak; below 1, the share of the run's steps")
const floor = (byDefault: number) => setting(Share, byDefault, "What the rate falls to, as a share of the peak")
const end = optional(Positive, "The step at which the floor is reached; `null` is the run's last")
const factor = (byDefault: number) => setting(Share, byDefault, "What the rate is multiplied by each time")
/** How the rate goes over the steps. */
export const Rate = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("constant"), peak, warmup: warmup(0) }),
  Schema.Struct({
    kind: Schema.Literal("step"),
    peak,
    every: required(Positive, "Steps after which the rate falls, each time"),
    factor: factor(0.1),
    warmup: warmup(0)
  }),
  Schema.Struct({
    kind: Schema.Literal("multiStep"),
    peak,
    at: required(Schema.NonEmptyArray(Positive), "The steps at which the rate falls, in ascending order"),
    factor: factor(0.1),
    warmup: warmup(0)
  }),
  Schema.Struct({
    kind: Schema.Literal("exponential"),
    peak,
    factor: required(Share, "What each step's rate is multiplied by to give the next one's"),
    warmup: warmup(0)
  }),
  Schema.Struct({
    kind: Schema.Literal("polynomial"),
    peak,
    power: setting(PositiveNumber, 1, "The exponent; 1 is a straight line"),
    floor: floor(0),
    steps: end,
    warmup: warmup(0)
  }),
  Schema.Struct({
    kind: Schema.Literal("cosine"),
    peak,
    floor: floor(0.1),
    steps: end,
    warmup: warmup(0.05)
  }),
  Schema.Struct({
    kind: Schema.Literal("cosineRestarts"),
    peak,
    every: required(Positive, "Steps of the first period"),
    growth: setting(
      Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)),
      1,
      "What a period's length is multiplied by to give the next one's"
    ),
    floor: floor(0),
    warmup: warmup(0)
  }),
  Schema.Struct({
    kind: Schema.Literal("oneCycle"),
    peak,
    initial: setting(Share, 0.04, "The rate of the first step, as a share of the peak"),
    floor: setting(Share, 4e-6, "The rate of the last step, as a share of the peak"),
    rise: setting(Share, 0.3, "The share of the steps in which the rate rises"),
    along: setting(Schema.Literals(["cosine", "line"]), "cosine", "Along what the rate moves")
  })
])
