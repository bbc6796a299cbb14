import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import type { AnyExpr } from "@residual/core"
import {
  type Batch,
  makeTrainer,
  meanAbsoluteError,
  SettingError,
  TrainingError,
  type TrainingEvent,
  fit as training
} from "@residual/train"
import { Effect, Stream } from "effect"
import { ClosedError, type OpenBackend, type OpenTrainer, toAsyncIterable } from "../src/index.ts"
import { backends, closing, key, objective, options, ordered, rate, shuffled } from "./line.ts"
import { rejection, thrownBy } from "./rejection.ts"

const layers = { reference: Reference.layer(), cpu: Cpu.layer({ threads: 1 }) }

const untimed = (events: ReadonlyArray<TrainingEvent>) =>
  events.map((event) => ("seconds" in event ? { ...event, seconds: 0 } : event))

const evaluation = { every: 4, batches: ordered, metrics: [meanAbsoluteError()] }

/** What remains on the device after a trainer was used and closed, when the programs were compiled before. */
const leaves = async (backend: OpenBackend, use: (trainer: OpenTrainer) => Promise<unknown>): Promise<number> => {
  const once = async () => {
    await using trainer = await backend.trainer(objective, { ...options, evaluation: objective })
    await use(trainer)
  }
  await once()
  const before = await backend.liveBytes()
  await once()
  return (await backend.liveBytes()) - before
}

describe.each(backends)("a trainer: %s", (name, openBackend) => {
  it("runs as fit does, event by event", async () => {
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, { ...options, evaluation: objective })
    const run = { rate, steps: 10, key }
    const events = await Array.fromAsync(trainer.fit({ ...run, batches: shuffled(), evaluation }))
    const inEffect = Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective, { ...options, evaluation: objective })
      return yield* Stream.runCollect(training(trainer, { ...run, batches: shuffled(), evaluation }))
    })
    const layer = layers[name as keyof typeof layers]
    const expected = await Effect.runPromise(Effect.scoped(inEffect).pipe(Effect.provide(layer)))
    assert.lengthOf(events, 15)
    assert.deepStrictEqual(untimed(events), untimed(expected))
  })

  it("stops where the loop is left, goes on from there, and frees all when it is closed", async () => {
    await using backend = await openBackend()
    const use = async (trainer: OpenTrainer) => {
      const { batches, isClosed } = closing()
      for await (const event of trainer.fit({ batches, rate, steps: 100, key })) {
        if (event.event === "step" && event.step === 5) break
      }
      assert.isTrue(isClosed())
      assert.strictEqual(trainer.state.step, 5)
      const rest = await Array.fromAsync(trainer.fit({ batches: shuffled(trainer.state.batches), rate, steps: 7, key }))
      assert.deepStrictEqual(
        rest.map((event) => (event.event === "step" ? event.step : event.event)),
        ["started", 6, 7, "finished"]
      )
    }
    assert.strictEqual(await leaves(backend, use), 0)
  })

  it("stops between two steps for a signal, and the loop throws its reason", async () => {
    await using backend = await openBackend()
    const use = async (trainer: OpenTrainer) => {
      const { batches, isClosed } = closing()
      const controller = new AbortController()
      const reason = new Error("enough")
      const run = trainer.fit({ batches, rate, steps: 100_000, key, signal: controller.signal })
      const seen: Array<number> = []
      const loop = async () => {
        for await (const event of run) {
          if (event.event === "step") seen.push(event.step)
          if (event.event === "step" && event.step === 5) controller.abort(reason)
        }
      }
      assert.strictEqual(await rejection(loop()), reason)
      assert.deepStrictEqual(seen, [1, 2, 3, 4, 5])
      assert.strictEqual(trainer.state.step, 5)
      assert.isTrue(isClosed())
      assert.strictEqual(Tensor.toNumber((await trainer.values())["calls"]!), 5)
    }
    assert.strictEqual(await leaves(backend, use), 0)
  })

  it("stops for a signal while its data stall", async () => {
    await using backend = await openBackend()
    const use = async (trainer: OpenTrainer) => {
      const controller = new AbortController()
      const stalling = async function* (): AsyncGenerator<Batch> {
        for await (const batch of toAsyncIterable(ordered)) yield batch
        await new Promise(() => setTimeout(() => controller.abort(), 5))
      }
      const { given, thrown } = await thrownBy(
        trainer.fit({ batches: stalling, rate, steps: 9, key, signal: controller.signal })
      )
      assert.deepStrictEqual(
        given.map(({ event }) => event),
        ["started", "step", "step", "step", "step"]
      )
      assert.strictEqual(thrown, controller.signal.reason)
      assert.strictEqual((thrown as Error).name, "AbortError")
    }
    assert.strictEqual(await leaves(backend, use), 0)
  })

  it("ends where it is left while its data stall, and is moved by one run at a time", async () => {
    await using backend = await openBackend()
    const use = async (trainer: OpenTrainer) => {
      const run = { rate, steps: 9, key }
      const stalling = () => Stream.toAsyncIterable(Stream.concat(ordered, Stream.never))
      const iterator = trainer.fit({ ...run, batches: stalling() })[Symbol.asyncIterator]()
      for (const event of ["started", "step", "step", "step", "step"]) {
        assert.strictEqual((await iterator.next()).value?.event, event)
      }
      const waiting = iterator.next()
      const { thrown } = await thrownBy(trainer.fit({ ...run, batches: shuffled() }))
      assert.instanceOf(thrown, SettingError)
      assert.include(thrown.message, "fit: trainer is moved by another run")
      assert.deepStrictEqual(await iterator.return?.(), { done: true, value: undefined })
      assert.isTrue((await waiting).done)
      assert.strictEqual(trainer.state.step, 4)
      await Array.fromAsync(trainer.fit({ ...run, batches: shuffled() }))
      assert.strictEqual(trainer.state.step, 9)
    }
    assert.strictEqual(await leaves(backend, use), 0)
  })

  it("throws what its batches, taps and checkpoints throw, and what a step fails with", async () => {
    await using backend = await openBackend()
    const broken = new Error("broken")
    const fails = async (): Promise<never> => {
      throw broken
    }
    const use = async (trainer: OpenTrainer) => {
      const run = { batches: shuffled(), rate, steps: 3, key }
      const batches = async function* () {
        for await (const batch of closing().batches) {
          if (trainer.state.step === 2) throw broken
          yield batch
        }
      }
      const thrown = await thrownBy(trainer.fit({ ...run, batches }))
      assert.strictEqual(thrown.thrown, broken)
      assert.deepStrictEqual(thrown.given.length, 3)
      assert.strictEqual((await thrownBy(trainer.fit({ ...run, onTaps: fails }))).thrown, broken)
      const saving = { configuration: {}, save: fails }
      assert.strictEqual((await thrownBy(trainer.fit({ ...run, steps: 4, saving }))).thrown, broken)
      const unknown = Tensor.make(new Array<number>(8).fill(Number.NaN))
      const bad = [{ x: unknown, targets: unknown }]
      const { thrown: error } = await thrownBy(trainer.fit({ ...run, steps: 9, batches: bad }))
      assert.instanceOf(error, TrainingError)
      assert.instanceOf(error, Error)
      assert.strictEqual(error._tag, "TrainingError")
    }
    assert.strictEqual(await leaves(backend, use), 0)
  })

  it("stops what runs when it is closed", async () => {
    await using backend = await openBackend()
    const use = async (trainer: OpenTrainer) => {
      const { batches, isClosed } = closing()
      const run = trainer.fit({ batches, rate, steps: 100_000, key })
      const loop = async () => {
        for await (const event of run) if (event.event === "step" && event.step === 3) await trainer.close()
      }
      const error = await rejection(loop())
      assert.instanceOf(error, ClosedError)
      assert.strictEqual(error.message, "the trainer is closed")
      assert.isTrue(isClosed())
      const waiting = rejection(
        backend.trainer(objective, options).then((other) => other.close().then(() => other.values()))
      )
      assert.instanceOf(await waiting, ClosedError)
    }
    assert.strictEqual(await leaves(backend, use), 0)
  })

  it("hands out taps, after each step", async () => {
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, { ...options, taps: ["scaled"] })
    const tapped: Array<readonly [number, ReadonlyArray<number>]> = []
    const onTaps = async (step: number, taps: Readonly<Record<string, Tensor.Tensor>>) => {
      tapped.push([step, taps["scaled"]!.type.shape])
    }
    await Array.fromAsync(trainer.fit({ batches: shuffled(), rate, steps: 2, key, onTaps }))
    assert.deepStrictEqual(tapped, [
      [1, [8]],
      [2, [8]]
    ])
  })

  it("evaluates, also where no objective for held-out data was given", async () => {
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, options)
    const metrics = [meanAbsoluteError()]
    const measured = await trainer.evaluate(ordered, { metrics })
    await using other = await backend.trainer(objective, { ...options, evaluation: objective })
    assert.deepStrictEqual(await other.evaluate(() => toAsyncIterable(ordered), { metrics }), measured)
    const batches = await Array.fromAsync(toAsyncIterable(ordered))
    assert.deepStrictEqual(await other.evaluate(batches, { metrics }), measured)
    assert.isAbove(measured.loss, 0)
    assert.isNumber(measured.metrics["meanAbsoluteError"])
    assert.strictEqual(Tensor.toNumber((await trainer.values())["calls"]!), 0)
  })

  it("refuses held-out batches that can be read but once", async () => {
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, { ...options, evaluation: objective })
    const run = { batches: shuffled(), rate, steps: 2, key }
    const { thrown } = await thrownBy(trainer.fit({ ...run, evaluation: { every: 1, batches: closing().batches } }))
    assert.propertyVal(thrown, "_tag", "DataError")
  })

  it("is not made of an objective that is composed wrongly", async () => {
    await using backend = await openBackend()
    const wrong: typeof objective = { ...objective, loss: (model, { x }) => model(x as AnyExpr) }
    const error = await rejection(backend.trainer(wrong, options))
    assert.propertyVal(error, "_tag", "ShapeError")
    assert.strictEqual(await backend.liveBytes(), 0)
  })
})
