import { assert, describe, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Bytes, DataError, fromAsyncIterable, prefetch, SettingError, stalledAfter } from "../src/index.ts"

/** Takes note of a stream's letting go of what it holds. */
const closing = (seen: { isClosed: boolean }) =>
  Stream.ensuring(
    Effect.sync(() => {
      seen.isClosed = true
    })
  )

/** A stream of numbers that counts how many were made, and whether it has let go of what it held. */
const counted = (count: number) => {
  const seen = { made: 0, isClosed: false }
  const stream = Stream.unfold(0, (at) =>
    Effect.sync(() => {
      if (at === count) return undefined
      seen.made = at + 1
      return [at, at + 1] as const
    })
  ).pipe(closing(seen))
  return { seen, stream }
}

/** Lets every fiber that can go on do so. */
const settle = Effect.forEach(Array.from({ length: 50 }), () => Effect.yieldNow, { discard: true })

describe("a stream that is read ahead", () => {
  it.effect("is made as far as it is said, and no further until it is taken from", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { seen, stream } = counted(100)
        const pull = yield* Stream.toPull(prefetch(stream, { ahead: 3 }).pipe(Stream.rechunk(1)))
        yield* pull
        yield* settle
        // What was taken, and those ahead.
        assert.strictEqual(seen.made, 1 + 3)
        yield* pull
        yield* pull
        yield* settle
        assert.strictEqual(seen.made, 3 + 3)
      })
    )
  )

  it.effect("is the same, in order, to its end", () =>
    Effect.gen(function* () {
      const { seen, stream } = counted(100)
      const taken = yield* Stream.runCollect(prefetch(stream, { ahead: 3 }))
      assert.deepStrictEqual(
        taken,
        Array.from({ length: 100 }, (_, at) => at)
      )
      assert.isTrue(seen.isClosed)
    })
  )

  it.effect("fails as it does, after what came before", () =>
    Effect.gen(function* () {
      const failure = new DataError({ source: "t", reason: "it is damaged" })
      const taken: Array<number> = []
      const stream = prefetch(Stream.concat(Stream.make(1, 2, 3), Stream.fail(failure)), { ahead: 8 })
      const error = yield* Effect.flip(Stream.runForEach(stream, (value) => Effect.sync(() => void taken.push(value))))
      assert.strictEqual(error, failure)
      assert.deepStrictEqual(taken, [1, 2, 3])
    })
  )

  it.effect("lets go of what it holds when no more is wanted", () =>
    Effect.gen(function* () {
      const { seen, stream } = counted(Number.POSITIVE_INFINITY)
      yield* Stream.runDrain(Stream.take(prefetch(stream, { ahead: 3 }), 5))
      assert.isTrue(seen.isClosed)
    })
  )
})

describe("a stream that may stall", () => {
  it.each(["nonsense", -1, Number.NaN, 0])("is not given %s as its time", (after) => {
    assert.throws(
      () => stalledAfter(Stream.make(1), { source: "t", after: after as Duration.Input }),
      `stalledAfter: after is ${after}; expected a length of time above 0`
    )
    assert.throws(() => Bytes.http("data:,a", { stalledAfter: after as Duration.Input }), SettingError)
  })

  const options = { source: "sensor", after: "10 seconds", unit: "row" } as const

  it.effect("is as it was while it gives its elements in time", () =>
    Effect.gen(function* () {
      const slow = Stream.mapEffect(counted(4).stream, (value) => Effect.as(Effect.sleep("9 seconds"), value))
      const run = yield* Effect.forkChild(Stream.runCollect(stalledAfter(slow, options)))
      yield* TestClock.adjust("40 seconds")
      assert.deepStrictEqual(yield* Fiber.join(run), [0, 1, 2, 3])
    })
  )

  it.effect("fails with how long it waited, for what and after how many, and lets go of what it held", () =>
    Effect.gen(function* () {
      const seen = { isClosed: false }
      const stalled = Stream.concat(Stream.make(1, 2, 3), Stream.never).pipe(closing(seen))
      const run = yield* Effect.forkChild(Effect.flip(Stream.runDrain(stalledAfter(stalled, options))))
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(run)
      assert.strictEqual(error.message, "sensor, row 3: it has stalled: it did not come in 10s")
      assert.isTrue(seen.isClosed)
    })
  )

  it.effect("is not timed while its elements are used", () =>
    Effect.gen(function* () {
      const used = Stream.mapEffect(stalledAfter(counted(3).stream, options), () => Effect.sleep("1 hour"))
      const run = yield* Effect.forkChild(Stream.runDrain(used))
      yield* TestClock.adjust("3 hours")
      yield* Fiber.join(run)
    })
  )

  it.effect("fails as it does by itself", () =>
    Effect.gen(function* () {
      const failure = new DataError({ source: "t", reason: "it is damaged" })
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(stalledAfter(Stream.fail(failure), options))), failure)
    })
  )

  it.live("keeps nobody waiting that cannot be interrupted, neither at its failure", () =>
    Effect.gen(function* () {
      const stuck = Stream.fromEffect(Effect.uninterruptible(Effect.never))
      const error = yield* Effect.flip(Stream.runDrain(stalledAfter(stuck, { source: "t", after: "20 millis" })))
      assert.strictEqual(error.message, "t, element 0: it has stalled: it did not come in 20ms")
    })
  )

  it.live("nor when the run is interrupted", () =>
    Effect.gen(function* () {
      const stuck = Stream.fromEffect(Effect.uninterruptible(Effect.never))
      const run = yield* Effect.forkChild(Stream.runDrain(stalledAfter(stuck, { source: "t", after: "1 hour" })))
      yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(run)
    })
  )

  it.effect("lets go of what it holds when the run is interrupted", () =>
    Effect.gen(function* () {
      const opened = yield* Deferred.make<void>()
      const seen = { isClosed: false }
      const held = Stream.fromEffect(Deferred.succeed(opened, undefined)).pipe(
        Stream.concat(Stream.never),
        closing(seen)
      )
      const run = yield* Effect.forkChild(Stream.runDrain(stalledAfter(held, options)))
      yield* Deferred.await(opened)
      yield* Fiber.interrupt(run)
      assert.isTrue(seen.isClosed)
    })
  )
})

describe("a stream of an async iterable", () => {
  it.live("gives its elements, and ends it when no more are wanted", () =>
    Effect.gen(function* () {
      let isEnded = false
      const numbers = async function* () {
        try {
          for (let at = 0; ; at++) yield at
        } finally {
          isEnded = true
        }
      }
      assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(fromAsyncIterable("t", numbers()), 3)), [0, 1, 2])
      assert.isTrue(isEnded)
    })
  )

  it.live("fails with the element that could not be had", () =>
    Effect.gen(function* () {
      const failing = async function* () {
        yield 1
        yield 2
        throw new Error("the cursor is closed")
      }
      const error = yield* Effect.flip(Stream.runDrain(fromAsyncIterable("rows", failing())))
      assert.strictEqual(error.message, "rows, element 2: the cursor is closed")
    })
  )

  it.live("hands on a DataError as it is", () =>
    Effect.gen(function* () {
      const failure = new DataError({ source: "t", line: 3, reason: "it is damaged" })
      const failing = async function* () {
        yield 1
        throw failure
      }
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(fromAsyncIterable("t", failing()))), failure)
    })
  )

  it.live("that never goes on can be left", () =>
    Effect.gen(function* () {
      const stuck = async function* () {
        yield 1
        await new Promise(() => undefined)
      }
      const stream = stalledAfter(fromAsyncIterable("t", stuck()), { source: "t", after: "20 millis" })
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(stream))).at, "element 1")
    })
  )
})
