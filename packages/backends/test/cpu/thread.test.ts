import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { canShareMemory } from "../../src/cpu/thread/canShareMemory.ts"
import { type Code, nothing } from "../../src/cpu/wasm/code.ts"
import { branch, counting, drop, leave, loop, when } from "../../src/cpu/wasm/control.ts"
import type { Imported } from "../../src/cpu/wasm/function.ts"
import { i32 } from "../../src/cpu/wasm/instructions.ts"
import { DeviceLost, ExecutionError } from "../../src/index.ts"
import { block, cell, frame, later, makeProbe, type Probe, prepare, rounds, summing, sums } from "./threadProbe.ts"

/** Runs `summing` for so many rounds and checks every value. */
const checkSums = (probe: Probe, loaded: Parameters<Probe["pool"]["run"]>[0], count: number): void => {
  prepare(probe, count)
  assert.strictEqual(probe.pool.run(loaded, frame), 0)
  const { found, expected } = sums(probe, count)
  assert.deepStrictEqual(found, expected)
}

/** What a thread does in a program in which another one does nothing but wait. */
const onlyIn = (thread: number, then: Code, threads = 2) =>
  rounds(threads, (region) => when(i32.equal(region.thread, i32.constant(thread)), then))

const trap = drop(i32.load(i32.constant(-4)))

describe("threads on one memory", () => {
  it("can share a memory in Node", () => {
    assert.isTrue(canShareMemory())
  })

  it.live("compute a program's rounds together, as if they were one", () =>
    Effect.gen(function* () {
      for (const [threads, count] of [
        [2, 10_000],
        [3, 10_000]
      ] as const) {
        const probe = yield* makeProbe(threads)
        const loaded = yield* probe.pool.load("sums", summing(threads))
        checkSums(probe, loaded, count)
        assert.lengthOf(probe.workers, threads - 1)
      }
    }).pipe(Effect.scoped)
  )

  it.live("start with the first program that needs them, and take part in each of its runs", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(2)
      const alone = yield* probe.pool.load("alone", onlyIn(1, trap), { threads: 1 })
      prepare(probe, 0)
      assert.strictEqual(probe.pool.run(alone, frame), 0)
      yield* later(1)
      assert.lengthOf(probe.workers, 0)
      const adding = rounds(2, ({ thread }) =>
        i32.store(
          cell(thread, i32.constant(0)),
          i32.add(i32.load(cell(thread, i32.constant(0))), i32.add(thread, i32.constant(1)))
        )
      )
      const first = yield* probe.pool.load("first", adding)
      const second = yield* probe.pool.load("second", summing(2))
      prepare(probe, 1)
      for (let run = 0; run < 3_000; run++) {
        if (probe.pool.run(first, frame) !== 0) assert.fail("a run failed")
      }
      assert.deepStrictEqual([...probe.words.subarray(frame / 4 + 16, frame / 4 + 18)], [3_001, 6_002])
      checkSums(probe, second, 7)
    }).pipe(Effect.scoped)
  )

  it.live("wake when they have gone to sleep", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(2)
      const loaded = yield* probe.pool.load("sums", summing(2))
      for (let time = 0; time < 20; time++) {
        yield* later(3)
        checkSums(probe, loaded, 3 + time)
      }
      // A thread that is late by more than the others watch for finds them asleep.
      const late = rounds(2, ({ thread, round, local }) =>
        when(
          i32.equal(thread, i32.and(round, i32.constant(1))),
          counting(local("i32"), i32.constant(0), i32.constant(1_000_000), 1, nothing)
        )
      )
      probe.words[frame / 4] = 50
      assert.strictEqual(probe.pool.run(yield* probe.pool.load("late", late), frame), 0)
    }).pipe(Effect.scoped)
  )

  it.live("leave a program for one thread to the caller, on a memory that is not shared", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(1)
      const loaded = yield* probe.pool.load("alone", summing(1))
      checkSums(probe, loaded, 5)
      const failing = yield* probe.pool.load("trap", onlyIn(0, trap, 1))
      prepare(probe, 1)
      assert.instanceOf(probe.pool.run(failing, frame), ExecutionError)
      assert.lengthOf(probe.workers, 0)
    }).pipe(Effect.scoped)
  )
})

describe("a thread that fails", () => {
  it.live("fails the run, which says what it threw or returned, and not the next", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(3)
      const sound = yield* probe.pool.load("sums", summing(3))
      for (const thread of [0, 1, 2]) {
        const trapping = yield* probe.pool.load("trap", onlyIn(thread, trap, 3))
        for (let time = 0; time < 5; time++) {
          prepare(probe, 3)
          const result = probe.pool.run(trapping, frame)
          assert.instanceOf(result, ExecutionError)
          assert.include(String(result), `thread ${thread} failed: RuntimeError: memory access out of bounds`)
          checkSums(probe, sound, 20)
        }
        const refusing = yield* probe.pool.load("refuse", onlyIn(thread, leave(i32.constant(70 + thread)), 3))
        prepare(probe, 3)
        assert.strictEqual(probe.pool.run(refusing, frame), 70 + thread)
        checkSums(probe, sound, 20)
      }
      assert.lengthOf(probe.workers, 2)
    }).pipe(Effect.scoped)
  )

  it.live("and does not come back loses the device, and ends with the scope nevertheless", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const probe = yield* Scope.provide(makeProbe(2, { arrival: 200 }), scope)
      const endless = yield* Scope.provide(probe.pool.load("endless", onlyIn(1, loop(branch))), scope)
      prepare(probe, 1)
      const result = probe.pool.run(endless, frame)
      assert.instanceOf(result, DeviceLost)
      assert.strictEqual(probe.pool.run(endless, frame), result)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(probe.workers.every(({ threadId }) => threadId === -1))
    })
  )
})

describe("the scope of a pool", () => {
  it.live("ends the workers, asleep or awake, and its programs", () =>
    Effect.gen(function* () {
      for (const pause of [0, 20]) {
        const scope = yield* Scope.make()
        const probe = yield* Scope.provide(makeProbe(3), scope)
        const loaded = yield* Scope.provide(probe.pool.load("sums", summing(3)), scope)
        checkSums(probe, loaded, 10)
        if (pause > 0) yield* later(pause)
        const start = performance.now()
        yield* Scope.close(scope, Exit.void)
        assert.isBelow(performance.now() - start, 1000)
        assert.deepStrictEqual(
          probe.workers.map(({ threadId }) => threadId),
          [-1, -1]
        )
        assert.include(String(probe.pool.run(loaded, frame)), "the threads have ended")
      }
    })
  )

  it.live("is not needed for the process to end", () =>
    Effect.gen(function* () {
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, [new URL("./threadsLeftAlone.ts", import.meta.url).pathname], {
          timeout: 10_000
        })
      )
      assert.strictEqual(stdout, "0\n")
    })
  )
})

describe("a program of a pool", () => {
  it.live("is gone from the workers with its scope", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(2)
      const scope = yield* Scope.make()
      const passing = yield* Scope.provide(probe.pool.load("passing", summing(2)), scope)
      const staying = yield* probe.pool.load("staying", summing(2))
      checkSums(probe, passing, 10)
      yield* Scope.close(scope, Exit.void)
      assert.include(String(probe.pool.run(passing, frame)), "thread 1 failed: Error: it does not have the program")
      checkSums(probe, staying, 10)
      // A worker that comes later has what is left.
      yield* Effect.promise(async () => probe.workers.at(-1)?.terminate())
      yield* later(5)
      checkSums(probe, staying, 10)
    }).pipe(Effect.scoped)
  )

  it.live("that cannot be instantiated fails to load; another reaches memory that is added later", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(2)
      const missing: Imported = { module: "host", name: "missing", params: [], results: [] }
      const error = yield* Effect.flip(
        probe.pool.load(
          "broken",
          rounds(2, () => nothing, [missing])
        )
      )
      assert.instanceOf(error, ExecutionError)
      assert.include(String(error), "broken")
      const address = i32.constant(65_536 + 128)
      const far = rounds(2, ({ thread }) =>
        when(thread, i32.store(address, i32.add(i32.load(address), i32.constant(1))))
      )
      const loaded = yield* probe.pool.load("far", far)
      prepare(probe, 1)
      assert.instanceOf(probe.pool.run(loaded, frame), ExecutionError)
      yield* later(3)
      probe.memory.grow(1)
      prepare(probe, 5)
      assert.strictEqual(probe.pool.run(loaded, frame), 0)
      assert.strictEqual(new Int32Array(probe.memory.buffer)[(65_536 + 128) / 4], 5)
    }).pipe(Effect.scoped)
  )
})

describe("a worker that ends", () => {
  it.live("fails the next run before anything is computed, and another takes its place", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(3, { answer: 150 })
      const loaded = yield* probe.pool.load("sums", summing(3))
      checkSums(probe, loaded, 10)
      void probe.workers[1]?.terminate()
      // The process does not hear of it meanwhile.
      block(50)
      prepare(probe, 10)
      const before = [...probe.words.subarray(frame / 4)]
      const result = probe.pool.run(loaded, frame)
      assert.instanceOf(result, ExecutionError)
      assert.include(String(result), "worker 2 has ended")
      assert.deepStrictEqual([...probe.words.subarray(frame / 4)], before)
      checkSums(probe, loaded, 10)
      yield* later(1)
      assert.lengthOf(probe.workers, 3)
    }).pipe(Effect.scoped)
  )

  it.live("between runs is replaced when its end is heard of", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(2)
      const loaded = yield* probe.pool.load("sums", summing(2))
      for (let time = 1; time <= 2; time++) {
        yield* Effect.promise(async () => probe.workers.at(-1)?.terminate())
        yield* later(5)
        assert.lengthOf(probe.workers, time + 1)
        checkSums(probe, loaded, 10)
      }
      // Also one that was not ready yet.
      yield* Effect.promise(async () => probe.workers.at(-1)?.terminate())
      yield* later(1)
      yield* Effect.promise(async () => probe.workers.at(-1)?.terminate())
      yield* later(5)
      checkSums(probe, loaded, 10)
    }).pipe(Effect.scoped)
  )

  it.live("while a program is loaded is replaced, or fails the load", () =>
    Effect.gen(function* () {
      const probe = yield* makeProbe(2)
      const loading = yield* Effect.forkChild(probe.pool.load("sums", summing(2)))
      yield* later(1)
      assert.lengthOf(probe.workers, 1)
      yield* Effect.promise(async () => probe.workers[0]?.terminate())
      const loaded = yield* Fiber.await(loading)
      assert.isTrue(Exit.isFailure(loaded))
      checkSums(probe, yield* probe.pool.load("sums", summing(2)), 10)
    }).pipe(Effect.scoped)
  )
})
