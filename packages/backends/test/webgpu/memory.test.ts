import { assert, describe, it } from "@effect/vitest"
import { constant, input, op, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Backend, compile, makeStore, run, Tensor } from "../../src/index.ts"
import { batch, beginning, descent } from "./descent.ts"
import { arraysOf, errorOf, onWatched, until } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"

const [x, w] = [input("x", [2]), slot("w", [2])]
const step = { outputs: { y: op.mul(w, x) }, updates: { w: op.add(w, x), added: op.sub(w, x) } }
const ones = { x: Tensor.make([1, 1]) }

describe.runIf(hasAdapter)("the memory of a GPU", () => {
  it.live("is a Store's and a program's as long as their Scopes", () =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          const backend = yield* Backend
          const within = Effect.gen(function* () {
            const store = yield* makeStore({ w: Tensor.make([1, 2]) })
            assert.deepStrictEqual(watched.labels(), ["residual slots"])
            yield* store.replace({ w: Tensor.make([3, 4]), more: Tensor.make([5]) })
            assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [3, 4], more: [5] })
            assert.deepStrictEqual(watched.labels(), ["residual slots"])
          })
          yield* Effect.scoped(within)
          assert.deepStrictEqual([watched.labels(), yield* backend.liveBytes], [[], 0])
        }),
      { features: ["timestamp-query"] }
    )
  )

  it.live("is given back by programs that ran, were timed, and read back", () =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          const store = yield* makeStore(beginning)
          const executable = yield* (yield* compile(descent())).bind(store)
          yield* executable.run(batch(0))
          yield* executable.run(batch(1), { outputs: [] })
          const { kernels } = yield* executable.profile(batch(2))
          assert.isNotEmpty(kernels)
          assert.isAbove(watched.querySets(), 0)
          assert.include(watched.labels(), "residual times")
          assert.include(watched.labels(), "residual table")
          assert.include(watched.labels(), "residual read-back")
          assert.strictEqual(Tensor.toNumber(yield* store.read("count")), 3)
        }),
      { features: ["timestamp-query"] }
    )
  )

  it.live("is given back after a failure", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const backend = yield* Backend
        const failing = Effect.gen(function* () {
          const store = yield* makeStore({ w: Tensor.make([1, 2]) })
          const executable = yield* (yield* compile(step)).bind(store)
          yield* executable.run(ones)
          return yield* executable.run({ x: Tensor.make([1, 1, 1]) })
        })
        assert.strictEqual((yield* errorOf(Effect.scoped(failing)))._tag, "InputError")
        // The program is the cache's.
        assert.notInclude(watched.labels(), "residual slots")
        assert.isAbove(yield* backend.liveBytes, 0)
      })
    )
  )

  it.live("is given back after an interruption", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        let arrive: () => void = () => undefined
        watched.faults.mapping = new Promise<void>((resolve) => {
          arrive = resolve
        })
        const running = Effect.gen(function* () {
          const store = yield* makeStore({ w: Tensor.make([1, 2]) })
          yield* (yield* (yield* compile(step)).bind(store)).run(ones)
        })
        const fiber = yield* Effect.forkChild(Effect.scoped(running))
        yield* until(() => watched.counts().submits > 0)
        yield* Fiber.interrupt(fiber)
        const labels = watched.labels()
        arrive()
        assert.notInclude(labels, "residual slots")
      })
    )
  )

  it.live("is given back by what is interrupted while it loads", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        let compiled: () => void = () => undefined
        watched.faults.compiling = new Promise<void>((resolve) => {
          compiled = resolve
        })
        const backend = yield* Backend
        const fiber = yield* Effect.forkChild(run(op.exp(x), { x: [1, 2] }))
        yield* until(() => watched.counts().pipelines > 0)
        const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
        compiled()
        yield* Fiber.join(interrupting)
        assert.deepStrictEqual([watched.labels(), yield* backend.liveBytes], [[], 0])
      })
    )
  )

  it.live("has room for no tensor beyond the limits of the device", () =>
    onWatched(
      () =>
        Effect.gen(function* () {
          const store = yield* makeStore({ w: Tensor.make([1, 2]) })
          const error = yield* errorOf(
            store.replace({ w: Tensor.make([3, 4]), more: Tensor.make(new Float32Array(300)) })
          )
          assert.strictEqual(error._tag, "MemoryError")
          assert.strictEqual(
            error.message,
            "webgpu: a tensor of f32[300] (the device's maxStorageBufferBindingSize) takes 1200 bytes, 1024 are available"
          )
          assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [1, 2] })
        }),
      { limits: { maxStorageBufferBindingSize: 1024 } }
    )
  )

  it.live("that is used up fails what asks for it, changes nothing, and is asked for again", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { faults } = watched
        const backend = yield* Backend
        const without = (label: string) => {
          faults.outOfMemory = (asked) => asked === label
        }
        without("residual slots")
        const noStore = yield* errorOf(Effect.scoped(makeStore({ w: Tensor.make([1, 2]) })))
        assert.strictEqual(noStore.message, "webgpu: a tensor of f32[2] takes 256 bytes, 0 are available")
        assert.deepStrictEqual([watched.labels(), yield* backend.liveBytes], [[], 0])
        faults.outOfMemory = undefined
        const store = yield* makeStore({ w: Tensor.make([1, 2]) })

        without("residual program")
        const noProgram = yield* errorOf(compile(step))
        assert.match(noProgram.message, /^webgpu: a program takes \d+ bytes, 0 are available$/)
        assert.deepStrictEqual(watched.labels(), ["residual slots"])
        faults.outOfMemory = undefined
        const executable = yield* (yield* compile(step)).bind(store)

        without("residual read-back")
        const before = yield* backend.liveBytes
        const noOutputs = yield* errorOf(executable.run(ones))
        assert.strictEqual(noOutputs.message, "webgpu: a buffer for outputs takes 256 bytes, 0 are available")
        const unread = yield* errorOf(store.read("w"))
        assert.strictEqual(unread.message, "webgpu: a buffer for outputs takes 256 bytes, 0 are available")
        assert.strictEqual(yield* backend.liveBytes, before)
        faults.outOfMemory = undefined
        assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [1, 2] })
        assert.deepStrictEqual(arraysOf(yield* executable.run(ones)), { y: [1, 2] })
        assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [2, 3], added: [0, 1] })
      })
    )
  )

  it.live("that is used up by a slot that a run adds leaves the Store as it was", () =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          // Two tensors fill the first buffer.
          const store = yield* makeStore({ w: Tensor.make([1, 2]), full: Tensor.make(new Float32Array(64)) })
          const executable = yield* (yield* compile(step)).bind(store)
          const backend = yield* Backend
          const before = yield* backend.liveBytes
          watched.faults.outOfMemory = (label) => label === "residual slots"
          const error = yield* errorOf(executable.run(ones))
          assert.strictEqual(error.message, 'webgpu: the slot "added" takes 256 bytes, 0 are available')
          assert.strictEqual(yield* backend.liveBytes, before)
          assert.deepStrictEqual((yield* store.snapshot)["w"]?.["~elements"], Float32Array.of(1, 2))
          watched.faults.outOfMemory = undefined
          yield* executable.run(ones)
          const { w, added } = arraysOf(yield* store.snapshot)
          assert.deepStrictEqual(
            [w, added],
            [
              [2, 3],
              [0, 1]
            ]
          )
        }),
      { limits: { maxStorageBufferBindingSize: 512 } }
    )
  )

  it.live("of a slot that a failed run was to add is another's, and the next run finds its own", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const store = yield* makeStore({ w: Tensor.make([1, 2]) })
        const executable = yield* (yield* compile(step)).bind(store)
        watched.faults.outOfMemory = (label) => label === "residual read-back"
        assert.strictEqual((yield* errorOf(executable.run(ones)))._tag, "MemoryError")
        watched.faults.outOfMemory = undefined
        // It takes the place that was given back, and the program is bound to the Store as it was.
        const another = yield* makeStore({ v: Tensor.make([8, 9]) })
        yield* executable.run(ones)
        assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [2, 3], added: [0, 1] })
        assert.deepStrictEqual(arraysOf(yield* another.snapshot), { v: [8, 9] })
      })
    )
  )

  it.live("is asked for as much as is needed where there is not as much as would be of use", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        watched.faults.outOfMemory = (label, size) => label === "residual slots" && size > 1024
        const store = yield* makeStore({ w: Tensor.make([1, 2]), more: Tensor.make([3]) })
        assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [1, 2], more: [3] })
        assert.strictEqual(watched.bytes(), 256 + 512)
      })
    )
  )

  it.live("that tables or times lack changes nothing", () =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          const store = yield* makeStore(beginning)
          const executable = yield* (yield* compile(descent())).bind(store)
          let tables = 0
          watched.faults.outOfMemory = (label) => label === "residual table" && ++tables > 1
          const noTable = yield* errorOf(executable.run(batch(0)))
          assert.match(noTable.message, /^webgpu: a table of a program takes \d+ bytes/)
          assert.isAbove(tables, 1)
          assert.notInclude(watched.labels(), "residual table")
          watched.faults.outOfMemory = (label) => label === "residual times"
          const noTimes = yield* errorOf(executable.profile(batch(0)))
          assert.match(noTimes.message, /^webgpu: the clock of a profile takes \d+ bytes/)
          watched.faults.outOfMemory = undefined
          assert.strictEqual(Tensor.toNumber(yield* store.read("count")), 0)
          yield* executable.run(batch(0))
          assert.strictEqual(Tensor.toNumber(yield* store.read("count")), 1)
        }),
      { limits: { maxStorageBuffersPerShaderStage: 4 }, features: ["timestamp-query"] }
    )
  )

  it.live("is a program's no longer than its Scope where constants lie in it", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const weights = constant([1, 2, 3, 4], { shape: [2, 2] })
        const backend = yield* Backend
        const { program } = yield* compile({ outputs: { y: op.matmul(op.reshape(x, [1, 2]), weights) } })
        const before = watched.bytes()
        yield* Effect.scoped(backend.load(program))
        assert.strictEqual(watched.bytes(), before)
      })
    )
  )
})
