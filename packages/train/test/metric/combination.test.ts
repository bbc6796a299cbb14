import { assert, describe, it } from "@effect/vitest"
import { test } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import { Effect, Metric as EffectMetric, Stream } from "effect"
import { accuracy, collectMetrics, foldMetric, MetricError, perplexity, recordMetrics } from "../../src/index.ts"
import { classBatches, classRows, measured } from "./rows.ts"

const metrics = collectMetrics([accuracy(), perplexity(), accuracy({ name: "again" })])

describe("metrics together", () => {
  test.prop([classRows(3)])("collected ones have each one's value by its name", (rows) => {
    const batches = classBatches(rows, 3, 4)
    assert.deepStrictEqual(measured(metrics, batches), {
      accuracy: measured(accuracy(), batches),
      perplexity: measured(perplexity(), batches),
      again: measured(accuracy(), batches)
    })
  })

  it("two of one name are refused", () => {
    assert.throws(() => collectMetrics([accuracy(), perplexity(), accuracy()]), 'a name is "accuracy" again')
  })

  it.effect("are folded over a stream of results", () =>
    Effect.gen(function* () {
      const batches = classBatches([{ logits: [0, 1], target: 1, weight: 1 }], 2, 3)
      assert.strictEqual(yield* foldMetric(accuracy(), Stream.fromIterable(batches)), 1)
    })
  )

  it.effect("a batch that cannot be measured is in the error channel", () =>
    Effect.gen(function* () {
      const batches = classBatches([{ logits: [0, 1], target: 2, weight: 1 }], 2, 3)
      const error = yield* Effect.flip(foldMetric(metrics, Stream.fromIterable(batches)))
      assert.instanceOf(error, MetricError)
      assert.deepInclude(error, { metric: "accuracy", row: 0, reason: "its target is 2; there are 2 classes" })
    })
  )

  it.effect("what a metric throws besides is a defect", () =>
    Effect.gen(function* () {
      const broken = { ...accuracy(), add: () => Tensor.toNumber(Tensor.make([1, 2])) as never }
      const batches = classBatches([{ logits: [0, 1], target: 1, weight: 1 }], 2, 3)
      const exit = yield* Effect.exit(foldMetric(broken, Stream.fromIterable(batches)))
      assert.isTrue(exit._tag === "Failure" && exit.cause.reasons.every(({ _tag }) => _tag === "Die"))
    })
  )

  it.effect("values go to gauges by name", () =>
    Effect.gen(function* () {
      yield* recordMetrics({ accuracy: 0.25, perplexity: 7 })
      yield* recordMetrics({ accuracy: 0.5 })
      const gauges = (yield* EffectMetric.snapshot).filter(({ id }) => id === "residual_metric")
      assert.deepStrictEqual(
        gauges
          .map(({ attributes, state }) => [attributes?.["name"], (state as { readonly value: number }).value])
          .toSorted(),
        [
          ["accuracy", 0.5],
          ["perplexity", 7]
        ]
      )
    }).pipe(Effect.provideService(EffectMetric.MetricRegistry, new Map()))
  )
})
