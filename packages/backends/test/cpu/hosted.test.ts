import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it, layer } from "@effect/vitest"
import { op } from "@residual/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { dataOf, errorOf as errorFrom } from "../../src/cpu/hosted/errorData.ts"
import { hostedDevice } from "../../src/cpu/hosted/hostedDevice.ts"
import * as Cpu from "../../src/cpu/index.ts"
import {
  Backend,
  type BackendError,
  CompileFailure,
  compile,
  DeviceLost,
  ExecutionError,
  IndexError,
  InputError,
  MemoryError,
  makeStore,
  OutputError,
  type Store,
  StoreError,
  Tensor
} from "../../src/index.ts"
import { errorOf, ones, w, x } from "../probe.ts"
import { later, longInputs, longStep, training, unsendable, withWorkers } from "./hosted/hostedProbe.ts"

/** y = w · x, and w becomes w + x. */
const adding = { outputs: { y: op.mul(w, x) }, updates: { w: op.add(w, x) } }

layer(Cpu.layer({ threads: 1, host: "worker" }), { excludeTestServices: true })("a device in a worker", (it) => {
  it.effect("computes what one in the caller does, to the bit", () =>
    Effect.gen(function* () {
      const there = yield* training
      const here = yield* training.pipe(Effect.provide(Cpu.layer({ threads: 1, host: "caller" })))
      assert.deepStrictEqual(there, here)
      assert.isBelow(there.losses.at(-1) ?? 1, there.losses[0] ?? 0)
    })
  )

  it.effect("runs a program on several stores, also after their slots have been replaced", () =>
    Effect.gen(function* () {
      const loaded = yield* compile(adding)
      const { liveBytes } = yield* Backend
      const before = yield* liveBytes
      yield* Effect.gen(function* () {
        const stores = yield* Effect.forEach([1, 10], (first) => makeStore({ w: Tensor.make([first, 2]) }))
        const bound = yield* Effect.forEach(stores, (store) => loaded.bind(store))
        const read = Effect.forEach(stores, (store) => Effect.map(store.read("w"), Tensor.toArray))
        for (const { run } of [...bound, ...bound]) yield* run(ones)
        assert.deepStrictEqual(yield* read, [
          [3, 4],
          [12, 4]
        ])
        yield* (stores[0] as Store).replace({ w: Tensor.make([7, 7]) })
        for (const { run } of bound) yield* run(ones, { outputs: [] })
        assert.deepStrictEqual(yield* read, [
          [8, 8],
          [13, 5]
        ])
        // The tensors that were given are as they were.
        assert.deepStrictEqual(Tensor.toArray(ones.x), [1, 1])
      }).pipe(Effect.scoped)
      assert.strictEqual(yield* liveBytes, before)
    })
  )

  it.effect("adds slots that a program only writes", () =>
    Effect.gen(function* () {
      const store = yield* makeStore({ w: Tensor.make([1, 2]) })
      const writing = yield* (yield* compile({ outputs: {}, updates: { v: op.mul(w, x) } })).bind(store)
      yield* writing.run({ x: Tensor.make([3, 4]) })
      yield* writing.run({ x: Tensor.make([5, 6]) })
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("v")), [5, 12])
    })
  )

  it.effect("leaves the caller's event loop free during a step", () =>
    Effect.gen(function* () {
      const { run } = yield* longStep
      let ticks = 0
      const timer = setInterval(() => {
        ticks++
      }, 2)
      const start = performance.now()
      yield* run(longInputs, { outputs: [] })
      clearInterval(timer)
      assert.isAbove(performance.now() - start, 50)
      assert.isAbove(ticks, 3)
    })
  )
})

describe("the layer", () => {
  it.effect("starts a worker only where that is asked for, in Node", () =>
    withWorkers((workers) =>
      Effect.gen(function* () {
        yield* Backend
        assert.lengthOf(workers, 0)
      }).pipe(Effect.provide(Cpu.layer()))
    )
  )

  it.live("gives a device in a worker threads of its own", () =>
    Effect.gen(function* () {
      const options = { threads: 2, shareFrom: 0 }
      const there = yield* training.pipe(Effect.provide(Cpu.layer({ ...options, host: "worker" })))
      const here = yield* training.pipe(Effect.provide(Cpu.layer({ ...options, host: "caller" })))
      assert.deepStrictEqual(there, here)
    })
  )
})

describe("an error of a device in a worker", () => {
  it("is the same on the other side, with its fields", () => {
    const errors: ReadonlyArray<BackendError> = [
      new CompileFailure({ stage: "WebAssembly", reason: "no" }),
      new DeviceLost({ device: "cpu", reason: "gone" }),
      new ExecutionError({ device: "cpu", op: "exp", operands: [{ dtype: "f32", shape: [2] }], reason: "no" }),
      new IndexError({ input: "x", op: "gather", position: 1, index: 2, length: 2 }),
      new InputError({ input: "x", expected: "f32[2]", given: "nothing" }),
      new MemoryError({ device: "cpu", purpose: "a tensor", bytes: 2, available: 1 }),
      new OutputError({ output: "y", available: ["z"] }),
      new StoreError({ slot: "w", reason: "no" })
    ]
    for (const error of errors) {
      const arrived = errorFrom(structuredClone(dataOf(error)))
      assert.strictEqual(arrived.constructor, error.constructor)
      assert.deepStrictEqual({ ...arrived }, { ...error })
      assert.strictEqual(arrived.message, error.message)
    }
  })

  it.live("comes through: too large a tensor, a program that is not data, one that makes no sense", () =>
    Effect.gen(function* () {
      const device = yield* hostedDevice({ threads: 1 })
      const huge = Tensor.adopt({ dtype: "f32", shape: [2 ** 30] }, new Float32Array(1))
      const refused = yield* errorOf(device.upload(huge))
      assert.instanceOf(refused, MemoryError)
      assert.include(refused, { purpose: "a tensor", bytes: 2 ** 32 })

      const { program: step } = yield* compile(adding).pipe(Effect.provide(Cpu.layer({ threads: 1 })))
      const notSent = yield* errorOf(device.load(unsendable(step)))
      assert.instanceOf(notSent, CompileFailure)
      assert.include(notSent.message, "could not be cloned")

      const nonsense = yield* Effect.exit(device.load({ ...step, hash: "nonsense", places: new Map() }))
      assert.isTrue(Exit.isFailure(nonsense) && nonsense.cause.reasons.every(Cause.isDieReason))

      // None of which is the end of it.
      const slot = yield* device.upload(Tensor.make([1, 2]))
      assert.deepStrictEqual(Tensor.toArray(yield* device.download(slot)), [1, 2])
    }).pipe(Effect.scoped)
  )
})

describe("the worker that a device lives in", () => {
  it.live("loses the device when it ends, during a step or between steps", () =>
    Effect.gen(function* () {
      for (const isRunning of [true, false]) {
        yield* withWorkers((workers) =>
          Effect.gen(function* () {
            const store = yield* makeStore({ w: Tensor.make([1, 2]) })
            const { run } = yield* longStep
            const end = Effect.promise(async () => workers[0]?.terminate())
            if (isRunning) {
              const running = yield* Effect.forkChild(run(longInputs))
              yield* later(20)
              yield* end
              const { message } = yield* errorOf(Fiber.join(running))
              assert.strictEqual(message, "cpu is lost: its worker has ended: it exited with 1")
            } else yield* end
            for (const error of [yield* errorOf(store.read("w")), yield* errorOf(run(longInputs))]) {
              assert.instanceOf(error, DeviceLost)
            }
          }).pipe(Effect.scoped, Effect.provide(Cpu.layer({ threads: 1, host: "worker" })))
        )
      }
    })
  )

  it.live("ends with the scope, also during a step, which fails", () =>
    Effect.gen(function* () {
      const { program } = yield* longStep.pipe(Effect.provide(Cpu.layer({ threads: 1 })))
      for (const threads of [1, 2]) {
        yield* withWorkers((workers) =>
          Effect.gen(function* () {
            const scope = yield* Scope.make()
            const loaded = yield* Scope.provide(
              Effect.flatMap(hostedDevice({ threads }), (device) => device.load(program)),
              scope
            )
            const run = (loaded as Extract<typeof loaded, { readonly kind: "asynchronous" }>).bind(new Map())
            const running = yield* Effect.forkChild(Effect.exit(run(longInputs, [])))
            yield* later(10)
            assert.lengthOf(workers, 1)
            const start = performance.now()
            yield* Scope.close(scope, Exit.void)
            assert.isBelow(performance.now() - start, 1000)
            assert.isTrue(workers.every(({ threadId }) => threadId === -1))
            assert.include(String(yield* Fiber.join(running)), "cpu is lost: its scope is closed")
          })
        )
      }
    })
  )

  it.live("does not keep the process alive, but while it is asked", () =>
    Effect.gen(function* () {
      const program = new URL("./hosted/leftAlone.ts", import.meta.url).pathname
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, [program], { timeout: 20_000 })
      )
      assert.strictEqual(stdout, "3,6\n")
    })
  )

  it.live("that does not start loses the device, and says why", () =>
    Effect.gen(function* () {
      // A worker is told what it cannot understand.
      const options = { threads: 1, bytes: (() => 1) as unknown as number }
      const device = yield* hostedDevice(options)
      const error = yield* errorOf(device.upload(Tensor.make([1])))
      assert.instanceOf(error, DeviceLost)
      assert.include(error.message, "could not be cloned")
    }).pipe(Effect.scoped)
  )
})
