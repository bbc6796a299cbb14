import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Effect, Fiber, Schema, Stream } from "effect"
import { type BrowserWorker, DataError, mapInWorkers, SettingError, stalledAfter } from "../src/index.ts"
import { answer } from "../src/worker.ts"

/** Starts workers of a file, and counts them. */
const starter = (file: string) => {
  const seen = { started: 0, ended: 0 }
  const worker = () => {
    const started = new Worker(new URL(`./workers/${file}.ts`, import.meta.url))
    seen.started++
    started.on("exit", () => {
      seen.ended++
    })
    return started
  }
  return { seen, worker }
}

const task = (value: number, milliseconds = 0) => ({ value, milliseconds })
const evens = (count: number) => Array.from({ length: count }, (_, at) => task(2 * at, (at * 7) % 5))

describe("a stream that workers map", () => {
  it.live("is in the order of its elements, though some take longer, and ends its workers", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("half")
      const halves = mapInWorkers(Stream.fromIterable(evens(40)), {
        source: "t",
        workers: 3,
        worker,
        schema: Schema.Number
      })
      assert.deepStrictEqual(
        yield* Stream.runCollect(halves),
        Array.from({ length: 40 }, (_, at) => at)
      )
      assert.deepStrictEqual(seen, { started: 3, ended: 3 })
    })
  )

  it.live("is asked for no more than is at work, until something is taken", () =>
    Effect.gen(function* () {
      let made = 0
      const tasks = Stream.map(Stream.rechunk(Stream.fromIterable(evens(100)), 1), (each) => {
        made++
        return each
      })
      const { worker } = starter("half")
      const workers = 2
      const pull = yield* Stream.toPull(mapInWorkers(tasks, { source: "t", workers, worker }))
      yield* pull
      yield* Effect.sleep("100 millis")
      // What was taken; a result that waits, those at work, and the element that waits for a worker.
      assert.isAtMost(made, 1 + 1 + workers + 1)
      assert.isAtLeast(made, workers)
    })
  )

  it.live("moves memory, both ways", () =>
    Effect.gen(function* () {
      const given = Float32Array.of(1, 2, 3)
      const { worker } = starter("move")
      const doubled = mapInWorkers(Stream.make(given), {
        source: "t",
        workers: 1,
        worker,
        moved: ({ buffer }) => [buffer],
        schema: Schema.instanceOf(Float32Array)
      })
      assert.deepStrictEqual(yield* Stream.runCollect(doubled), [Float32Array.of(2, 4, 6)])
      assert.strictEqual(given.length, 0)
    })
  )

  it.live("fails with the element that a function threw for, after those before it, and ends its workers", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("half")
      const taken: Array<unknown> = []
      const halves = mapInWorkers(Stream.make(task(0, 20), task(2), task(4), task(7), task(8)), {
        source: "images",
        workers: 2,
        worker
      })
      const error = yield* Effect.flip(Stream.runForEach(halves, (value) => Effect.sync(() => void taken.push(value))))
      assert.strictEqual(error.message, "images, element 3: 7 is odd")
      assert.deepStrictEqual(taken, [0, 1, 2])
      assert.deepStrictEqual(seen, { started: 2, ended: 2 })
    })
  )

  it.live("fails with what the schema does not accept", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("half")
      const halves = mapInWorkers(Stream.make(task(0)), { source: "t", workers: 1, worker, schema: Schema.String })
      const error = yield* Effect.flip(Stream.runDrain(halves))
      assert.match(error.message, /^t, element 0: Expected string/)
      assert.deepStrictEqual(seen, { started: 1, ended: 1 })
    })
  )

  it.live("fails where a worker ends by itself, and ends the others", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("end")
      const error = yield* Effect.flip(
        Stream.runDrain(mapInWorkers(Stream.range(0, 10), { source: "t", workers: 2, worker }))
      )
      assert.strictEqual(error.message, "t, element 3: its worker has ended: it exited with 7")
      assert.deepStrictEqual(seen, { started: 2, ended: 2 })
    })
  )

  it.live("fails for a module that is not there", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("none")
      const error = yield* Effect.flip(
        Stream.runDrain(mapInWorkers(Stream.make(1), { source: "t", workers: 2, worker }))
      )
      assert.match(error.message, /^t, element 0: its worker has ended: Cannot find module/)
      assert.deepStrictEqual(seen, { started: 2, ended: 2 })
    })
  )

  it.live("fails for a worker that cannot be started", () =>
    Effect.gen(function* () {
      const worker = () => new Worker(new URL("https://nowhere/"))
      const error = yield* Effect.flip(
        Stream.runDrain(mapInWorkers(Stream.make(1), { source: "t", workers: 2, worker }))
      )
      assert.match(error.message, /^t: its worker could not be started: /)
    })
  )

  it.live("fails for an element or a result that cannot be sent", () =>
    Effect.gen(function* () {
      const { worker } = starter("half")
      const given = yield* Effect.flip(
        Stream.runDrain(
          mapInWorkers(
            Stream.make(() => 1),
            { source: "t", workers: 1, worker }
          )
        )
      )
      assert.match(given.message, /^t, element 0: it cannot be sent to a worker: DataCloneError/)
      const { worker: unsent } = starter("unsent")
      const made = yield* Effect.flip(
        Stream.runDrain(mapInWorkers(Stream.make(1), { source: "t", workers: 1, worker: unsent }))
      )
      assert.match(made.message, /^t, element 0: .*could not be cloned/)
    })
  )

  it.live("fails for a worker that posts what is no answer", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("foreign")
      const error = yield* Effect.flip(
        Stream.runDrain(mapInWorkers(Stream.make(1), { source: "t", workers: 1, worker }))
      )
      assert.match(error.message, /^t, element 0: its worker has ended: it sent what is no answer/)
      assert.deepStrictEqual(seen, { started: 1, ended: 1 })
    })
  )

  it.live("fails with the element whose memory to move cannot be told", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("half")
      const moved = ({ value }: { readonly value: number }): ReadonlyArray<ArrayBuffer> => {
        if (value === 2) throw new TypeError("no buffer")
        return []
      }
      const error = yield* Effect.flip(
        Stream.runDrain(mapInWorkers(Stream.make(task(0), task(2)), { source: "t", workers: 1, worker, moved }))
      )
      assert.strictEqual(error.message, "t, element 1: what of it is moved cannot be told: TypeError: no buffer")
      assert.deepStrictEqual(seen, { started: 1, ended: 1 })
    })
  )

  it.live("fails as its stream does, and ends its workers", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("half")
      const failure = new DataError({ source: "t.csv", line: 3, reason: "it is damaged" })
      const tasks = Stream.concat(Stream.fromIterable(evens(3)), Stream.fail(failure))
      const error = yield* Effect.flip(Stream.runDrain(mapInWorkers(tasks, { source: "t", workers: 2, worker })))
      assert.strictEqual(error, failure)
      assert.deepStrictEqual(seen, { started: 2, ended: 2 })
    })
  )

  it.live("ends its workers when it is interrupted, in the midst of work that never ends", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("stuck")
      const run = yield* Effect.forkChild(
        Stream.runDrain(mapInWorkers(Stream.make(1, 2, 3), { source: "t", workers: 2, worker }))
      )
      yield* Effect.sleep("200 millis")
      yield* Fiber.interrupt(run)
      assert.deepStrictEqual(seen, { started: 2, ended: 2 })
    })
  )

  it.live("ends its workers when no more is wanted, and when it stalls", () =>
    Effect.gen(function* () {
      const { seen, worker } = starter("half")
      yield* Stream.runDrain(
        Stream.take(mapInWorkers(Stream.fromIterable(evens(9)), { source: "t", workers: 2, worker }), 1)
      )
      assert.deepStrictEqual(seen, { started: 2, ended: 2 })
      const stuck = starter("stuck")
      const stalled = stalledAfter(mapInWorkers(Stream.make(1), { source: "t", workers: 2, worker: stuck.worker }), {
        source: "t",
        after: "200 millis"
      })
      assert.match((yield* Effect.flip(Stream.runDrain(stalled))).message, /it has stalled/)
      assert.deepStrictEqual(stuck.seen, { started: 2, ended: 2 })
    })
  )

  it("has a worker", () => {
    const { worker } = starter("half")
    assert.throws(() => mapInWorkers(Stream.empty, { source: "t", workers: 0, worker }), SettingError)
  })

  test.prop([fc.record({ count: fc.integer({ min: 0, max: 12 }), workers: fc.integer({ min: 1, max: 4 }) })], {
    numRuns: 5
  })("is the same whatever the number of workers", async ({ count, workers }) => {
    const { seen, worker } = starter("half")
    const halves = mapInWorkers(Stream.fromIterable(evens(count)), { source: "t", workers, worker })
    assert.deepStrictEqual(
      await Effect.runPromise(Stream.runCollect(halves)),
      Array.from({ length: count }, (_, at) => at)
    )
    assert.deepStrictEqual(seen, { started: workers, ended: workers })
  })
})

describe("a worker of a browser", () => {
  /** One of Node's with the interface of a browser's, as which it says no more of how it ended than that. */
  const browserWorker = (file: string): BrowserWorker => {
    const started = new Worker(new URL(`./workers/${file}.ts`, import.meta.url))
    return {
      addEventListener: (type, listener) =>
        started.on(type, (value: unknown) => listener(type === "message" ? { data: value } : new Event(type))),
      postMessage: (message, moved) => started.postMessage(message, moved),
      terminate: () => void started.terminate()
    }
  }

  it.live("maps as one of Node does", () =>
    Effect.gen(function* () {
      const halves = mapInWorkers(Stream.fromIterable(evens(9)), {
        source: "t",
        workers: 2,
        worker: () => browserWorker("half")
      })
      assert.deepStrictEqual(
        yield* Stream.runCollect(halves),
        Array.from({ length: 9 }, (_, at) => at)
      )
    })
  )

  it.live("is told of where it does not load", () =>
    Effect.gen(function* () {
      const mapped = mapInWorkers(Stream.make(1), { source: "t", workers: 1, worker: () => browserWorker("none") })
      const error = yield* Effect.flip(Stream.runDrain(mapped))
      assert.strictEqual(error.message, "t, element 0: its worker has ended: it could not be loaded")
    })
  )
})

describe("a function that answers", () => {
  it("is for workers", () => {
    assert.throws(() => answer(() => 1), "answer is for modules that a worker runs")
  })
})
