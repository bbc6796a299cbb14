import { assert, type Vitest } from "@effect/vitest"
import { type Backend, type ProgramCache, Tensor } from "@residual/backends"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  type Batch,
  constantRate,
  makeTrainer,
  type NonFiniteReport,
  type Objective,
  renderReport,
  sgd,
  TrainingError,
  fit as training
} from "../../src/index.ts"

type Made = Model.Model<AnyExpr, AnyExpr>

/** A layer whose op is at fault, after one that is not. */
const network = (faulty: (x: AnyExpr) => AnyExpr): Made =>
  Model.make(
    {
      scale: Model.make({ factor: Model.parameter([3], { initialiser: Model.ones }) }, ({ factor }, x: AnyExpr) =>
        op.mul(x, factor)
      ),
      faulty: Model.lift(faulty)
    },
    ({ scale, faulty }, x: AnyExpr) => faulty(scale(x))
  )

const objective = (model: Made): Objective<AnyExpr, AnyExpr> => ({
  model,
  batch: { x: { dtype: "f32", shape: [2, 3] } },
  loss: (given, { x }) => op.mean(given(x as AnyExpr))
})

interface Case {
  readonly what: string
  readonly faulty: (x: AnyExpr) => AnyExpr
  readonly bad: ReadonlyArray<ReadonlyArray<number>>
  readonly parameters?: Readonly<Record<string, Tensor.Tensor>>
  readonly reported: ReadonlyArray<string>
}

const good = [
  [1, 2, 3],
  [4, 5, 6]
]

/** Steps that are not finite, and what is to be said of them. */
export const cases: ReadonlyArray<Case> = [
  {
    what: "the logarithm of a negative number",
    faulty: op.log,
    bad: [
      [1, 2, 3],
      [4, -5, 6]
    ],
    reported: [
      "the forward pass became NaN in `log`, at `faulty` (f32[2,3]: 1 of 6 NaN, first at [1, 1], else 0 to 1.79176)",
      "  operand 1 is what `mul`, at `scale` gave (f32[2,3]: -5 to 6)"
    ]
  },
  {
    what: "the slope of a square root at 0",
    faulty: op.sqrt,
    bad: [
      [1, 0, 3],
      [4, 5, 6]
    ],
    reported: [
      "the backward pass became infinite in `div`, the backward of `sqrt`, at `faulty` (f32[2,3]: 1 of 6 infinite, first at [0, 1], else 0.0340207 to 0.0833333)",
      "  operand 1 is what `mul`, the backward of `sqrt`, at `faulty` gave (f32[2,3]: 0.0833333)",
      "  operand 2 is what `sqrt`, at `faulty` gave (f32[2,3]: 0 to 2.44949)"
    ]
  },
  {
    what: "an exponential that only 64 bits hold",
    faulty: op.exp,
    bad: [
      [1, 2, 3],
      [4, 95, 6]
    ],
    reported: [
      "the forward pass became infinite in `exp`, at `faulty` (f32[2,3]: 1 of 6 infinite, first at [1, 1], else 2.71828 to 403.429)",
      "  operand 1 is what `mul`, at `scale` gave (f32[2,3]: 1 to 95)"
    ]
  },
  {
    what: "data that are not finite",
    faulty: op.tanh,
    bad: [
      [1, 2, 3],
      [4, Number.NaN, 6]
    ],
    reported: ["the batch's `x` holds NaN at row 1 (f32[2,3]: 1 of 6 NaN, first at [1, 1], else 1 to 6)"]
  },
  {
    what: "a parameter that is not finite",
    faulty: op.softplus,
    bad: good,
    parameters: { "scale.factor": Tensor.make([1, Number.POSITIVE_INFINITY, 1]) },
    reported: ["the parameter `scale.factor` holds infinity (f32[3]: 1 of 3 infinite, first at [1], else 1)"]
  }
]

const key = HostRandom.keyFromSeed(0)

/** The failure of a run whose third batch is not finite, which leaves everything as it was; at a rate of 0, for round numbers. */
const failureOf = (
  { faulty, bad, parameters = {} }: Case,
  accumulate: number
): Effect.Effect<TrainingError, unknown, Backend | ProgramCache> =>
  Effect.gen(function* () {
    const options = { optimiser: sgd({ momentum: 0.9 }), key, accumulate }
    const trainer = yield* makeTrainer(objective(network(faulty)), options)
    const batches: ReadonlyArray<Batch> = [good, good, bad, good].map((rows) => ({ x: Tensor.make(rows) }))
    const done = accumulate === 1 ? 2 : 0
    yield* Stream.runDrain(
      training(trainer, { batches: Stream.fromIterable(batches), rate: constantRate(0), steps: done, key })
    )
    yield* trainer.store.replace(parameters)
    const held = Effect.map(trainer.store.snapshot, (all) => trainer.slots.map((slot) => all[slot] as Tensor.Tensor))
    const before = yield* held
    const taken = yield* trainer.liveBytes
    const rest = Stream.fromIterable(batches.slice(done))
    const error = yield* Effect.flip(
      Stream.runDrain(training(trainer, { batches: rest, rate: constantRate(0), steps: 9, key }))
    )
    for (const [slot, tensor] of (yield* held).entries()) {
      assert.isTrue(Tensor.equals(tensor, before[slot] as Tensor.Tensor))
    }
    assert.strictEqual(yield* trainer.liveBytes, taken)
    assert.strictEqual(trainer.state.current.step, done)
    assert.instanceOf(error, TrainingError)
    return error as TrainingError
  }).pipe(Effect.scoped)

/** A step that is not finite is explained, on whichever backend it was made. */
export const explainsSteps = (it: Vitest.MethodsNonLive<Backend | ProgramCache>): void => {
  it.effect.each([...cases])("names what is at fault: $what", (given) =>
    Effect.gen(function* () {
      const error = yield* failureOf(given, 1)
      assert.deepStrictEqual(renderReport(error.report as NonFiniteReport).split("\n"), given.reported)
      for (const line of given.reported) assert.include(error.message, line.trim())
    })
  )

  it.effect("names the batch, of several that make a step", () =>
    Effect.gen(function* () {
      const { report } = yield* failureOf(cases[0] as Case, 4)
      assert.deepStrictEqual(report?.batch, { number: 3, of: 4 })
      assert.match(renderReport(report as NonFiniteReport), /^in batch 3 of 4: the forward pass became NaN in `log`/)
    })
  )
}
