import { assert, layer } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Schema, Stream } from "effect"
import {
  Bytes,
  checkpointOf,
  constantRate,
  decodeCheckpoint,
  encodeCheckpoint,
  makeTrainer,
  prefetch,
  Read,
  Rows,
  resume,
  sgd,
  snapshot,
  type Trainer,
  fit as training
} from "../../src/index.ts"

const key = HostRandom.keyFromSeed(3)
const column = { dtype: "f32", shape: [4] } as const
const scalar = { dtype: "f32", shape: [] } as const
const Point = Schema.Struct({ x: Schema.Finite, y: Schema.Finite })
const text = `x,y\n${Array.from({ length: 37 }, (_, at) => `${at / 37},${Math.sin(at)}`).join("\n")}\n`

/** Batches of a file's rows, shuffled anew in each epoch and read ahead; some have rows of two epochs. */
const batches = () => {
  const rows = Rows.epochs(
    (epoch) =>
      Rows.shuffle(Read.csv(Bytes.of("points.csv", text), { schema: Point }), {
        buffer: 9,
        key: HostRandom.foldIn(key, epoch)
      }),
    { source: "points.csv" }
  )
  return prefetch(Rows.batches(rows, { source: "points.csv", batch: 4, columns: { x: scalar, y: scalar } }), {
    ahead: 3
  })
}

const make = makeTrainer(
  {
    model: Model.make({ slope: Model.parameter([]), offset: Model.parameter([]) }, ({ slope, offset }, x: AnyExpr) =>
      op.add(op.mul(x, slope), offset)
    ),
    batch: { x: column, y: column, weights: column },
    loss: (model, { x, y }) => op.mean(op.square(op.sub(model(x as AnyExpr), y as AnyExpr)))
  },
  { optimiser: sgd({ momentum: 0.9 }), key }
)

/** Goes on to a step from where a trainer is, with the losses on the way. */
const go = (trainer: Trainer, steps: number) =>
  Effect.gen(function* () {
    const rest = Stream.drop(batches(), trainer.state.current.batches)
    const events = yield* Stream.runCollect(training(trainer, { batches: rest, rate: constantRate(0.05), steps, key }))
    return events.flatMap((event) => (event.event === "step" ? [event.loss] : []))
  })

layer(Cpu.layer({ threads: 1 }), { excludeTestServices: true })("a run on shuffled rows that goes on", (it) => {
  it.effect.each([1, 9, 10, 17, 29])("is to the bit the one that never stopped: after step %i", (stopped) =>
    Effect.gen(function* () {
      const steps = 30
      const whole = yield* make
      const losses = yield* go(whole, steps)
      assert.strictEqual(new Set(losses).size, steps)
      const first = yield* make
      const before = yield* go(first, stopped)
      const bytes = yield* encodeCheckpoint(
        "t",
        checkpointOf(first, yield* snapshot(first), { key, configuration: {} })
      )
      const second = yield* make
      yield* resume(second, "t", yield* decodeCheckpoint("t", bytes))
      const after = yield* go(second, steps)
      assert.deepStrictEqual([...before, ...after], losses)
      const [expected, actual] = [yield* snapshot(whole), yield* snapshot(second)]
      for (const [slot, value] of Object.entries(expected.tensors)) {
        assert.isTrue(Tensor.equals(actual.tensors[slot] as Tensor.Tensor, value), slot)
      }
    }).pipe(Effect.scoped)
  )
})
