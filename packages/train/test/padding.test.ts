import { assert, describe } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { type Backend, compile, makeStore, type ProgramCache, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { grad } from "@residual/graph"
import { Effect, type Scope } from "effect"
import { type Batch, evaluate, evaluationStep, firstParameters, firstStates, Samples } from "../src/index.ts"
import { applyObjective, type Objective } from "../src/step/objective.ts"

const [features, classes] = [3, 4]

// So large that values which are nearly the same magnify no roundings.
const epsilon = 0.1

/** A network with every normalisation, of which only that of batches looks at more than one row. */
const network = Model.sequence({
  first: Model.linear({ in: features, out: classes }),
  batch: Model.batchNorm({ features: classes, epsilon }),
  activation: Model.lift(op.tanh),
  layer: Model.layerNorm({ width: classes, epsilon }),
  root: Model.rmsNorm({ width: classes, epsilon }),
  last: Model.linear({ in: classes, out: classes }),
  again: Model.batchNorm({ features: classes, momentum: 0.3, epsilon })
})

type Loss = (outputs: AnyExpr, batch: Readonly<Record<string, AnyExpr>>) => AnyExpr

/** Every loss, each by the weights of its rows where a batch has some. */
const losses: Readonly<Record<string, Loss>> = {
  mse: (y, { targets, weights }) => op.mse(y, targets!, { weights }),
  "mse of two weighted axes": (y, { targets, weights }) => {
    const elements = op.add(op.square(targets!), 1)
    return op.mse(y, targets!, { weights: weights ? op.mul(op.expandDims(weights, 1), elements) : elements })
  },
  l1: (y, { targets, weights }) => op.l1(y, targets!, { weights }),
  smoothL1: (y, { targets, weights }) => op.smoothL1(y, targets!, { weights }),
  huber: (y, { targets, weights }) => op.huber(y, targets!, { weights }),
  "a sum": (y, { targets, weights }) => op.mse(y, targets!, { weights, reduction: "sum" }),
  binaryCrossEntropy: (y, { targets, weights }) =>
    op.binaryCrossEntropyWithLogits(y, op.sigmoid(targets!), { weights }),
  klDivergence: (y, { targets, weights }) => op.klDivergence(op.logSoftmax(y), op.softmax(targets!), { weights }),
  "klDivergence over elements": (y, { targets, weights }) =>
    op.klDivergence(op.logSoftmax(y), op.softmax(targets!), { weights, reduction: "mean" }),
  crossEntropy: (y, { labels, weights }) => op.crossEntropy(y, labels!, { weights }),
  "crossEntropy, smoothed": (y, { labels, weights }) => op.crossEntropy(y, labels!, { weights, labelSmoothing: 0.2 }),
  "crossEntropy, with labels ignored": (y, { labels, weights }) =>
    op.crossEntropy(y, labels!, { weights, ignoreIndex: 0 })
}

const objectiveOf = (loss: Loss, rows: number, weighted: boolean): Objective<AnyExpr, AnyExpr> => ({
  model: network,
  batch: {
    inputs: { dtype: "f32", shape: [rows, features] },
    targets: { dtype: "f32", shape: [rows, classes] },
    labels: { dtype: "i32", shape: [rows] },
    ...(weighted ? { weights: { dtype: "f32", shape: [rows] } as const } : {})
  },
  loss: (model, batch) => loss(model(batch["inputs"]!), batch)
})

const parameters = firstParameters(network, HostRandom.keyFromSeed(3))
const states = firstStates(network)

/** The loss of a batch, the gradients, and the states after it. */
const measured = (loss: Loss, batch: Batch) =>
  Effect.gen(function* () {
    const rows = batch["inputs"]?.type.shape[0] as number
    const slots = Model.slots(network)
    const applied = applyObjective(objectiveOf(loss, rows, batch["weights"] !== undefined), "train", slots)
    const gradients = grad(applied.loss, slots.parameters)
    const prefixed = (prefix: string, values: Readonly<Record<string, AnyExpr>>) =>
      Object.fromEntries(Object.entries(values).map(([path, value]) => [`${prefix} ${path}`, value]))
    const program = yield* compile({
      outputs: { loss: applied.loss, ...prefixed("gradient", gradients), ...prefixed("state", applied.nextState) }
    })
    const bound = yield* program.bind(yield* makeStore({ ...parameters, ...states }))
    const read = program.program.inputs.map(({ name }) => [name, batch[name] as Tensor.Tensor] as const)
    return yield* bound.run(Object.fromEntries(read))
  })

const largest = (tensor: Tensor.Tensor): number => Math.max(1, ...Array.from(Tensor.toTypedArray(tensor), Math.abs))

/** Sums in another order differ by roundings. */
const compare = (
  given: Readonly<Record<string, Tensor.Tensor>>,
  expected: Readonly<Record<string, Tensor.Tensor>>
): void => {
  assert.deepStrictEqual(Object.keys(given), Object.keys(expected))
  const tolerance = 1e-12 * Math.max(...Object.values(expected).map(largest))
  for (const [name, tensor] of Object.entries(expected)) {
    const values = Tensor.toTypedArray(given[name]!)
    for (const [at, value] of Tensor.toTypedArray(tensor).entries()) {
      assert.closeTo(values[at] as number, value, tolerance, name)
    }
  }
}

const onReference = <A, E>(effect: Effect.Effect<A, E, Backend | ProgramCache | Scope.Scope>): A =>
  Effect.runSync(Effect.scoped(effect).pipe(Effect.provide(Reference.layer())))

/** How many rows are known, how many stand behind them, and a seed of what all of them hold: rows all different. */
const batches = fc.record({
  known: fc.integer({ min: 1, max: 6 }),
  padding: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat()
})

interface Given {
  readonly rows: number
  readonly inputs: Float64Array
  readonly targets: Float64Array
  readonly labels: ReadonlyArray<number>
}

const draw = ({ known, padding, seed }: typeof batches extends fc.Arbitrary<infer A> ? A : never): Given => {
  const [first, second, third] = HostRandom.split(HostRandom.keyFromSeed(seed), 3) as ReadonlyArray<HostRandom.HostKey>
  const rows = known + padding
  return {
    rows,
    inputs: HostRandom.normal(first!, rows * features),
    targets: HostRandom.normal(second!, rows * classes),
    labels: Array.from(HostRandom.uniform(third!, rows), (drawn) => Math.floor(drawn * classes))
  }
}

const batchOf = ({ inputs, targets, labels }: Given, rows: number, weights?: ReadonlyArray<number>): Batch => ({
  inputs: Tensor.make(inputs.slice(0, rows * features), { dtype: "f32", shape: [rows, features] }),
  targets: Tensor.make(targets.slice(0, rows * classes), { dtype: "f32", shape: [rows, classes] }),
  labels: Tensor.make(labels.slice(0, rows), { dtype: "i32" }),
  ...(weights === undefined ? {} : { weights: Tensor.make(weights) })
})

describe("rows of weight 0", () => {
  for (const [name, loss] of Object.entries(losses)) {
    test.prop([batches], { numRuns: 10 })(`change neither ${name}, nor its gradients, nor statistics`, (drawn) => {
      const given = draw(drawn)
      const weights = given.labels.map((_, row) => (row < drawn.known ? 1 : 0))
      const padded = onReference(measured(loss, batchOf(given, given.rows, weights)))
      compare(padded, onReference(measured(loss, batchOf(given, drawn.known))))
    })
  }

  test.prop([batches, fc.integer({ min: 1, max: 7 })], { numRuns: 10 })(
    "change no evaluation, however rows are batched",
    (drawn, batch) => {
      const { rows, inputs, targets, labels } = draw(drawn)
      const evaluated = (size: number) =>
        Effect.gen(function* () {
          const samples = yield* Samples.fromArrays({
            inputs: { shape: [rows, features], elements: Float32Array.from(inputs) },
            targets: { shape: [rows, classes], elements: Float32Array.from(targets) },
            labels: Int32Array.from(labels)
          })
          const objective = objectiveOf(losses["crossEntropy"]!, size, true)
          const program = yield* compile(evaluationStep(objective))
          const bound = yield* program.bind(yield* makeStore({ ...parameters, ...states }))
          return (yield* evaluate(bound, Samples.orderedBatches(samples, { batch: size }))).loss
        })
      assert.closeTo(onReference(evaluated(batch)), onReference(evaluated(rows)), 1e-12)
    }
  )
})
