import { assert, describe, it } from "@effect/vitest"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Schema, Stream } from "effect"
import {
  type Batch,
  Bytes,
  constantRate,
  DataError,
  makeTrainer,
  prefetch,
  Read,
  Rows,
  sgd,
  stalledAfter,
  type TrainingEvent,
  fit as train
} from "../src/index.ts"

const key = HostRandom.keyFromSeed(0)
const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
const column = { dtype: "f32", shape: [4] } as const
const scalar = { dtype: "f32", shape: [] } as const

/** A run of steps on batches, and all of its events until it ended. */
const run = (batches: Stream.Stream<Batch, DataError>, steps: number) =>
  Effect.gen(function* () {
    const trainer = yield* makeTrainer(
      {
        model: line,
        batch: { x: column, y: column, weights: column },
        loss: (model, { x, y, weights }) =>
          op.mean(op.mul(op.square(op.sub(model(x as AnyExpr), y as AnyExpr)), weights as AnyExpr))
      },
      { optimiser: sgd(), key }
    )
    const events: Array<TrainingEvent> = []
    const ended = yield* train(trainer, { batches, rate: constantRate(0.02), steps, key }).pipe(
      Stream.runForEach((event) => Effect.sync(() => void events.push(event))),
      Effect.result
    )
    return { events, failure: ended._tag === "Failure" ? ended.failure : undefined }
  }).pipe(Effect.scoped, Effect.provide(Reference.layer()))

const Point = Schema.Struct({
  x: Schema.Finite,
  y: Schema.Finite.check(Schema.isBetween({ minimum: -100, maximum: 100 }))
})
const points = (text: string) => Read.csv(Bytes.of("points.csv", text), { schema: Point })
const options = { source: "points.csv", batch: 4, columns: { x: scalar, y: scalar, weights: scalar } }
const weighted = Stream.map((point: typeof Point.Type) => ({ ...point, weights: 1 }))
const good = `x,y\n${Array.from({ length: 10 }, (_, at) => `${at - 5},${3 * (at - 5)}`).join("\n")}\n`

describe("a run on rows of a file", () => {
  it.live("learns from epochs of them, shuffled, in batches that are padded, read ahead and timed", () =>
    Effect.gen(function* () {
      const rows = Rows.epochs(
        (epoch) => Rows.shuffle(points(good), { buffer: 5, key: HostRandom.foldIn(key, epoch) }),
        {
          source: "points.csv"
        }
      )
      const batches = Rows.batches(weighted(rows), options)
      const timed = stalledAfter(prefetch(batches, { ahead: 2 }), {
        source: "points.csv",
        after: "1 minute",
        unit: "batch"
      })
      const { events, failure } = yield* run(timed, 60)
      assert.isUndefined(failure)
      const losses = events.flatMap((event) => (event.event === "step" ? [event.loss] : []))
      assert.strictEqual(losses.length, 60)
      assert.isBelow(losses.at(-1) as number, 1e-6)
    })
  )

  it.live.each<readonly [name: string, row: string, message: RegExp]>([
    ["has too few cells", "7", /^points\.csv, line 12, byte 57: 1 cells for 2 columns$/],
    ["is no number", "7,seven", /^points\.csv, line 12, byte 57: /],
    ["is out of range", "7,101", /^points\.csv, line 12, byte 57: Expected a value between/]
  ])("fails with the line and the byte of a row that %s, after the steps before", ([, row, message]) =>
    Effect.gen(function* () {
      const { events, failure } = yield* run(Rows.batches(weighted(points(`${good}${row}\n`)), options), 9)
      assert.instanceOf(failure, DataError)
      assert.match(failure?.message ?? "", message)
      assert.strictEqual(events.filter(({ event }) => event === "step").length, 2)
    })
  )

  it.live("fails when its source stalls, with what it waited for", () =>
    Effect.gen(function* () {
      const batches = Stream.concat(Rows.batches(weighted(points(good)), { ...options, last: "drop" }), Stream.never)
      const timed = stalledAfter(prefetch(batches, { ahead: 1 }), {
        source: "points.csv",
        after: "50 millis",
        unit: "batch"
      })
      const { events, failure } = yield* run(timed, 9)
      assert.strictEqual(failure?.message, "points.csv, batch 2: it has stalled: it did not come in 50ms")
      assert.strictEqual(events.filter(({ event }) => event === "step").length, 2)
    })
  )
})
