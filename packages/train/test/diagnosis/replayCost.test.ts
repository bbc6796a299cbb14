import { assert, describe, it } from "@effect/vitest"
import { Backend, MemoryError, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  constantRate,
  diagnose,
  firstParameters,
  makeTrainer,
  type NonFiniteReport,
  type Objective,
  sgd,
  type TrainingError,
  traceStep,
  fit as training
} from "../../src/index.ts"

const key = HostRandom.keyFromSeed(0)

/** Equal layers, and then whatever is at fault. */
const deep = (layers: number, last: (x: AnyExpr) => AnyExpr): Model.Model<AnyExpr, AnyExpr> =>
  Model.sequence(
    Model.repeat(layers, () => Model.sequence(Model.linear({ in: 3, out: 3 }), Model.lift(op.tanh))),
    Model.lift(last)
  )

const objective = (model: Model.Model<AnyExpr, AnyExpr>): Objective<AnyExpr, AnyExpr> => ({
  model,
  batch: { x: { dtype: "f32", shape: [2, 3] } },
  loss: (given, { x }) => op.mean(given(x as AnyExpr))
})

const root = (x: AnyExpr): AnyExpr => op.sqrt(op.sub(x, 2))

const ones = Tensor.make(new Float32Array(6).fill(1), { shape: [2, 3] })

interface Diagnosed {
  readonly report: NonFiniteReport | undefined
  readonly loaded: number
  readonly liveBytes: number
}

/** The diagnosis of a step, and how many programs it loaded; the device refuses every load for which `refuses` holds. */
const diagnosed = (
  model: Model.Model<AnyExpr, AnyExpr>,
  given: Readonly<Record<string, Tensor.Tensor>> = {},
  refuses: (load: number) => boolean = () => false
): Effect.Effect<Diagnosed, unknown> =>
  Effect.gen(function* () {
    const backend = yield* Backend
    let loaded = 0
    const full = new MemoryError({ device: backend.name, purpose: "a program", bytes: 1, available: 0 })
    const load: (typeof backend)["load"] = (program) =>
      Effect.suspend(() => (refuses(++loaded) ? Effect.fail(full) : backend.load(program)))
    const traced = traceStep(objective(model), { optimiser: sgd() })
    const slots = { ...firstParameters(model, key), ...given }
    const report = yield* diagnose([{ traced, inputs: { x: given["x"] ?? ones } }], (name) =>
      Effect.succeed(slots[name] as Tensor.Tensor)
    ).pipe(Effect.provideService(Backend, { ...backend, load }))
    return { report, loaded, liveBytes: yield* backend.liveBytes }
  }).pipe(Effect.provide(Reference.layer({ mode: "rounded" })))

const nan = Tensor.make([Number.NaN, 1, 1, 1, 1, 1], { shape: [2, 3] })

describe("what a diagnosis costs", () => {
  it.effect("is a program for each kind of op, however many layers have it", () =>
    Effect.gen(function* () {
      const [few, many] = [yield* diagnosed(deep(2, root)), yield* diagnosed(deep(9, root))]
      assert.deepInclude(many.report?.value.source, { op: "sqrt", pass: "forward" })
      assert.isAbove(few.loaded, 0)
      assert.strictEqual(many.loaded, few.loaded)
      assert.strictEqual(many.liveBytes, 0)
    })
  )

  it.effect("is nothing where a parameter or the batch held NaN that reaches the loss", () =>
    Effect.gen(function* () {
      const model = deep(2, op.exp)
      const parameter = Object.keys(firstParameters(model, key)).find((path) => path.endsWith("bias")) as string
      const ofParameter = yield* diagnosed(model, { [parameter]: Tensor.make([1, Number.NaN, 1]) })
      assert.deepStrictEqual(ofParameter.report?.value.source, { kind: "parameter", name: parameter })
      assert.deepInclude(ofParameter.report?.value.extent, { nan: 1, first: [1] })
      assert.strictEqual(ofParameter.loaded, 0)
      const ofBatch = yield* diagnosed(model, { x: nan })
      assert.deepStrictEqual(ofBatch.report?.value.source, { kind: "input", name: "x" })
      assert.strictEqual(ofBatch.loaded, 0)
    })
  )

  it.effect("is a replay where the model steps around NaN in the batch, and something else is at fault", () =>
    Effect.gen(function* () {
      const known = Model.lift((x: AnyExpr) => op.barrier(op.where(op.equal(x, x), x, 0), { after: [x] }))
      const { report, loaded } = yield* diagnosed(Model.sequence(known, deep(2, root)), { x: nan })
      assert.deepInclude(report?.value.source, { op: "sqrt", pass: "forward" })
      assert.isAbove(loaded, 0)
    })
  )

  it.effect("is no more memory than there is: programs are let go where one more has no room", () =>
    Effect.gen(function* () {
      const all = yield* diagnosed(deep(2, root))
      const again = yield* diagnosed(deep(2, root), {}, (load) => load === 4)
      assert.deepStrictEqual(again.report, all.report)
      assert.isAbove(again.loaded, all.loaded)
      assert.strictEqual(again.liveBytes, 0)
      const never = yield* Effect.flip(diagnosed(deep(2, root), {}, (load) => load >= 4))
      assert.instanceOf(never, MemoryError)
    })
  )

  it.effect("is a replay of one batch of many, by what those before it left", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      /** The failure of a run whose step has so many batches, of which the last is at fault, and how many ops were run. */
      const failing = (accumulate: number) =>
        Effect.gen(function* () {
          let stores = 0
          const makeStore: (typeof backend)["makeStore"] = (tensors) => {
            stores++
            return backend.makeStore(tensors)
          }
          const model = Model.sequence(Model.lift(op.sqrt), deep(2, op.tanh))
          const trainer = yield* Effect.provideService(
            makeTrainer(objective(model), { optimiser: sgd(), key, accumulate }),
            Backend,
            { ...backend, makeStore }
          )
          const before = stores
          const negative = Tensor.make(new Float32Array(6).fill(-1), { shape: [2, 3] })
          const batches = Array.from({ length: accumulate }, (_, at) => ({
            x: at === accumulate - 1 ? negative : ones
          }))
          const run = training(trainer, {
            batches: Stream.fromIterable(batches),
            rate: constantRate(0),
            steps: 1,
            key
          })
          const { report } = (yield* Effect.flip(Stream.runDrain(run))) as TrainingError
          return { report, stores: stores - before }
        })
      const [few, many] = [yield* failing(2), yield* failing(8)]
      assert.deepInclude(few.report?.value.source, { op: "sqrt", pass: "forward" })
      assert.deepStrictEqual(many.report && { ...many.report, batch: few.report?.batch }, few.report)
      assert.deepStrictEqual(many.report?.batch, { number: 8, of: 8 })
      assert.deepStrictEqual(few.report?.batch, { number: 2, of: 2 })
      assert.strictEqual(many.stores, few.stores)
    }).pipe(Effect.scoped, Effect.provide(Reference.layer({ mode: "rounded" })))
  )
})
