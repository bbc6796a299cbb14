import { assert, describe, it } from "@effect/vitest"
import { ExecutionError, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, claimable, composite, HostRandom, Model, op } from "@residual/core"
import { Deferred, Effect, Fiber, Stream } from "effect"
import {
  constantRate,
  diagnose,
  firstParameters,
  makeTrainer,
  renderReport,
  saving,
  sgd,
  TrainingError,
  traceStep,
  fit as training
} from "../../src/index.ts"

const key = HostRandom.keyFromSeed(0)

/** One parameter times the input, and then whatever is of interest. */
const scaled = (then: (x: AnyExpr) => AnyExpr) =>
  Model.make({ slope: Model.parameter([], { initialiser: Model.ones }) }, ({ slope }, x: AnyExpr) =>
    then(op.mul(x, slope))
  )

const objective = (model: Model.Model<AnyExpr, AnyExpr>, columns = 2) => ({
  model,
  batch: { x: { dtype: "f32" as const, shape: [2, columns] } },
  loss: (given: (x: AnyExpr) => AnyExpr, { x }: Readonly<Record<string, AnyExpr>>) => op.mean(given(x as AnyExpr))
})

/** What is reported of a model's step on a batch, on the reference in 32 bits. */
const reported = (
  model: Model.Model<AnyExpr, AnyExpr>,
  x: ReadonlyArray<ReadonlyArray<number>>,
  reference: Reference.ReferenceOptions = {}
) => {
  const traced = traceStep(objective(model), { optimiser: sgd() })
  const parameters = firstParameters(model, key)
  const slots = (name: string) => Effect.succeed(parameters[name] as Tensor.Tensor)
  return diagnose([{ traced, inputs: { x: Tensor.make(x) } }], slots).pipe(
    Effect.provide(Reference.layer({ mode: "rounded", ...reference }))
  )
}

/** Rows of scores in which the second column is masked away. */
const masked = (x: AnyExpr): AnyExpr =>
  op.where(op.equal(op.iota(x.type.shape, { axis: 1 }), 1), Number.NEGATIVE_INFINITY, x)

describe("the diagnosis of a step", () => {
  it.effect("finds nothing where everything is finite, infinite masks and unused branches included", () =>
    Effect.gen(function* () {
      const model = scaled((x) => {
        const unused = op.where(op.greater(x, 100), op.log(op.stopGradient(op.neg(x))), x)
        return op.softmax(masked(unused), { axis: 1 })
      })
      assert.isUndefined(
        yield* reported(model, [
          [1, 2],
          [3, 4]
        ])
      )
    })
  )

  it.effect("does not take a mask for the fault", () =>
    Effect.gen(function* () {
      const model = scaled((x) => op.softmax(masked(op.sqrt(x)), { axis: 1 }))
      const report = yield* reported(model, [
        [-1, 2],
        [3, 4]
      ])
      assert.deepInclude(report?.value.source, { kind: "op", op: "sqrt", pass: "forward" })
      const all = scaled((x) => op.sub(op.mul(masked(x), 0), 1))
      const product = yield* reported(all, [
        [1, 2],
        [3, 4]
      ])
      assert.deepInclude(product?.value.source, { kind: "op", op: "mul", pass: "forward" })
      assert.deepInclude(product?.operands[0]?.extent, { infinite: 2, nan: 0 })
    })
  )

  it.effect("finds the reason of NaN in the infinity that it was made of", () =>
    Effect.gen(function* () {
      const model = scaled((x) => op.sub(op.exp(x), op.exp(op.add(x, 1))))
      const report = yield* reported(model, [
        [1, 200],
        [3, 4]
      ])
      assert.deepInclude(report?.value.source, { kind: "op", op: "exp" })
      assert.deepInclude(report?.value.extent, { infinite: 1, nan: 0, first: [0, 1] })
    })
  )

  it.effect("finds a norm that overflows although no gradient does", () =>
    Effect.gen(function* () {
      const model = scaled((x) => op.mul(x, 1e30))
      const report = yield* reported(model, [
        [1, 2],
        [3, 4]
      ])
      assert.deepInclude(report?.value.source, { kind: "op", pass: "update", path: undefined })
      assert.match(renderReport(report as NonNullable<typeof report>), /^the update became infinite in/)
    })
  )

  it.effect("looks into what the backend computes as one op, and names what an op is a part of", () =>
    Effect.gen(function* () {
      const inner = composite("inner", { body: ([x]) => op.log(x as AnyExpr) })
      const outer = composite("outer", { body: ([x]) => inner([op.neg(x as AnyExpr)], {}) })
      const model = Model.make({ within: scaled((x) => outer([x], {})) }, ({ within }, x: AnyExpr) => within(x))
      const x = [
        [-1, -2],
        [3, -4]
      ]
      const place = { within: ["outer", "inner"], pass: "forward", path: "within" } as const
      const expected = { kind: "op", op: "log", ...place } as const
      for (const claims of [[], [inner.op], [outer.op, inner.op], [claimable.attention]]) {
        const report = yield* reported(model, x, { claims: new Set(claims) })
        assert.deepInclude(report?.value.source, expected)
        assert.deepStrictEqual(
          report?.operands.map(({ extent }) => extent.range),
          [[-3, 4]]
        )
      }
    })
  )

  it.effect("names the part of a model that is computed again", () =>
    Effect.gen(function* () {
      const model = Model.make({ again: Model.recomputed(scaled((x) => op.sqrt(x))) }, ({ again }, x: AnyExpr) =>
        again(x)
      )
      const report = yield* reported(model, [
        [1, 0],
        [3, 4]
      ])
      assert.deepInclude(report?.value.source, { kind: "op", pass: "backward", path: "again", of: "recompute" })
    })
  )

  it.effect("reports what a scaled loss does to its gradients", () =>
    Effect.gen(function* () {
      const model = scaled((x) => op.mul(x, 1e20))
      const traced = traceStep(objective(model), { optimiser: sgd(), scalesLoss: true })
      const inputs = { x: Tensor.make([1, 2, 3, 4], { shape: [2, 2] }), "update/loss/scale": Tensor.make(1e30) }
      const found = diagnose([{ traced, inputs }], () => Effect.succeed(Tensor.make(1)))
      const report = yield* found.pipe(Effect.provide(Reference.layer({ mode: "rounded" })))
      assert.deepInclude(report?.value.source, { kind: "op", op: "mul", pass: "backward", of: "mul" })
      const infinite = { ...inputs, "update/loss/scale": Tensor.make(Number.POSITIVE_INFINITY) }
      const given = diagnose([{ traced, inputs: infinite }], () => Effect.succeed(Tensor.make(1)))
      const scalar = yield* given.pipe(Effect.provide(Reference.layer({ mode: "rounded" })))
      assert.match(renderReport(scalar as NonNullable<typeof scalar>), /^the scalar `loss\/scale` holds infinity/)
    })
  )
})

describe("the failure of a run", () => {
  const failing = Effect.gen(function* () {
    return yield* makeTrainer(objective(scaled(op.log)), { optimiser: sgd(), key })
  })
  const batches = Stream.fromIterable(
    [
      [1, 2, 3, 4],
      [1, -2, 3, 4]
    ].map((x) => ({ x: Tensor.make(x, { shape: [2, 2] }) }))
  )
  const settings = { batches, rate: constantRate(0), steps: 2, key }

  it.effect("carries the report and the checkpoint before it", () =>
    Effect.gen(function* () {
      const trainer = yield* failing
      const events = saving(trainer, { save: ({ state }) => Effect.succeed(`step-${state.step}`), every: 1 })(
        training(trainer, settings)
      )
      const error = yield* Effect.flip(Stream.runDrain(events))
      assert.instanceOf(error, TrainingError)
      assert.deepInclude(error, { step: 2, checkpoint: "step-1" })
      assert.deepInclude((error as TrainingError).report?.value.source, { op: "log" })
      assert.match(
        error.message,
        /^step 2 was not taken: .*; the forward pass became NaN in `log`.*; operand 1 is .*; the checkpoint before it is step-1$/
      )
    }).pipe(Effect.provide(Reference.layer()))
  )

  it.effect("says so where making the step again shows nothing, or does not work", () =>
    Effect.gen(function* () {
      const trainer = yield* failing
      const lost = new ExecutionError({ device: "cpu", op: "log", operands: [], reason: "a worker ended" })
      const diagnoses = [Effect.succeed(undefined), Effect.fail(lost), Effect.die(new TypeError("no such place"))]
      const messages = yield* Effect.forEach(diagnoses, (diagnosis) =>
        Effect.map(
          Effect.flip(
            Stream.runDrain(
              training({ ...trainer, diagnose: () => diagnosis }, { ...settings, batches: Stream.drop(batches, 1) })
            )
          ),
          ({ message }) => message
        )
      )
      assert.match(messages[0] as string, /; made again op by op, everything in it is finite$/)
      assert.match(messages[1] as string, /; it could not be made again: .*a worker ended$/)
      assert.match(messages[2] as string, /; it could not be made again: no such place$/)
    }).pipe(Effect.provide(Reference.layer()))
  )

  it.effect("does not hold up an interruption while it looks for the reason", () =>
    Effect.gen(function* () {
      const trainer = yield* failing
      const began = yield* Deferred.make<void>()
      const diagnosis = Effect.andThen(Deferred.succeed(began, undefined), Effect.never)
      const run = yield* Effect.forkChild(
        Stream.runDrain(training({ ...trainer, diagnose: () => diagnosis }, settings))
      )
      yield* Deferred.await(began)
      yield* Fiber.interrupt(run)
      assert.strictEqual(trainer.state.current.step, 1)
    }).pipe(Effect.provide(Reference.layer()))
  )
})
