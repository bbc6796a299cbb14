import { assert, describe, it } from "@effect/vitest"
import { op } from "@residual/core"
import { compile, type Program } from "@residual/graph"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  Backend,
  type BackendError,
  DeviceLost,
  ExecutionError,
  makeStore,
  ProgramCache,
  Tensor
} from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"
import { naiveProgram } from "./naiveProgram.ts"
import { errorOf, makeProbe, ones, step, w, x } from "./probe.ts"

describe("a step is all or nothing", () => {
  it.effect("one that fails changes no slot", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeProbe
      const { store, executable } = yield* bound
      const before = yield* backend.liveBytes
      probe.failure = yield* errorOf(store.read("nothing"))
      assert.strictEqual((yield* errorOf(executable.run(ones)))._tag, "StoreError")
      probe.failure = undefined
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [1, 2])
      assert.strictEqual(yield* backend.liveBytes, before)
    })
  )

  it.effect("an interruption waits for the running step, whose updates count", () =>
    Effect.gen(function* () {
      const { probe, bound, entered, release } = yield* makeProbe
      const { store, executable } = yield* bound
      probe.waits = true
      const running = yield* Effect.forkChild(executable.run(ones))
      yield* Deferred.await(entered)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(running), { startImmediately: true })
      assert.strictEqual(interrupting.pollUnsafe(), undefined)
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(interrupting)
      probe.waits = false
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [2, 3])
    })
  )

  it.effect("one that has not started is interrupted, and changes nothing", () =>
    Effect.gen(function* () {
      const { probe, bound, entered, release } = yield* makeProbe
      const { store, executable } = yield* bound
      probe.waits = true
      const running = yield* Effect.forkChild(executable.run(ones))
      yield* Deferred.await(entered)
      const waiting = yield* Effect.forkChild(executable.run(ones), { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(running)
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [2, 3])
    })
  )

  it.effect("after its device is lost a store is invalid", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeProbe
      const { store, executable } = yield* bound
      probe.failure = new DeviceLost({ device: "probe", reason: "unplugged" })
      assert.strictEqual((yield* errorOf(executable.run(ones)))._tag, "DeviceLost")
      probe.failure = undefined
      const failures = [
        store.snapshot,
        store.read("w"),
        executable.run(ones),
        backend.makeStore({}),
        executable.bind(store)
      ]
      for (const failing of failures) {
        const error = yield* errorOf(failing as Effect.Effect<unknown, BackendError, Scope.Scope>)
        assert.strictEqual(error.message, "probe is lost: unplugged")
      }
    })
  )
})

describe("live bytes", () => {
  const arena = step.arenaBytes

  it.effect("are those of stores and programs, and return to none with their scopes", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeProbe
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { store, executable } = yield* bound
          assert.strictEqual(yield* backend.liveBytes, 8 + arena)
          yield* executable.run(ones)
          yield* store.replace({ w: Tensor.make([5, 6]), more: Tensor.make([1, 2, 3], { dtype: "f64" }) })
          assert.strictEqual(yield* backend.liveBytes, 8 + 24 + arena)
          assert.strictEqual(probe.held, 2)
        })
      )
      assert.deepStrictEqual([yield* backend.liveBytes, probe.held], [0, 0])
    })
  )

  it.effect("return to the baseline after a failure", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeProbe
      const failing = Effect.gen(function* () {
        const { store, executable } = yield* bound
        yield* executable.run(ones)
        probe.failure = yield* errorOf(store.read("nothing"))
        yield* executable.run(ones)
      })
      yield* errorOf(Effect.scoped(failing))
      assert.deepStrictEqual([yield* backend.liveBytes, probe.held], [0, 0])
      probe.failUploads = true
      yield* errorOf(Effect.scoped(backend.makeStore({ w: Tensor.make([1, 2]) })))
      assert.deepStrictEqual([yield* backend.liveBytes, probe.held], [0, 0])
    })
  )

  it.effect("count a slot that a run adds, and not one that it fails to add", () =>
    Effect.gen(function* () {
      const { probe, backend, store } = yield* makeProbe
      const adding = { outputs: {}, updates: { kept: op.mul(w, 10) } }
      const compiled = compile(adding, { claims: new Set() })
      if (compiled._tag === "Left") return yield* Effect.die(compiled.left)
      for (const program of [naiveProgram(adding), compiled.right]) {
        const run = Effect.gen(function* () {
          const executable = yield* (yield* backend.load(program)).bind(yield* store([1, 2]))
          const before = yield* backend.liveBytes
          probe.failure = new ExecutionError({ device: "probe", op: "mul", operands: [], reason: "planned" })
          yield* errorOf(executable.run())
          assert.strictEqual(yield* backend.liveBytes, before)
          probe.failure = undefined
          yield* executable.run()
          yield* executable.run()
          assert.strictEqual(yield* backend.liveBytes, before + 8)
        })
        yield* Effect.scoped(run)
        assert.deepStrictEqual([yield* backend.liveBytes, probe.held], [0, 0])
      }
      assert.strictEqual(compiled.right.slots.find(({ name }) => name === "kept")?.inPlace, true)
    })
  )

  it.effect("return to the baseline after an interruption", () =>
    Effect.gen(function* () {
      const { probe, backend, bound, entered, release } = yield* makeProbe
      probe.waits = true
      const running = yield* Effect.forkChild(
        Effect.scoped(Effect.flatMap(bound, ({ executable }) => executable.run(ones)))
      )
      yield* Deferred.await(entered)
      assert.isAbove(yield* backend.liveBytes, 8 + arena)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(running), { startImmediately: true })
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual([yield* backend.liveBytes, probe.held], [0, 0])
    })
  )

  it.effect("return to the baseline after a program that the cache fails to load, or is kept from loading", () =>
    Effect.gen(function* () {
      const { probe, backend, bound, entered, release } = yield* makeProbe
      const failing = new ExecutionError({ device: "probe", op: "program", operands: [], reason: "planned" })
      const other = { ...backend, load: (program: Program) => Effect.andThen(backend.load(program), failing) }
      const compiled = ProgramCache.use((cache) => cache.executable({ outputs: { y: op.exp(op.sin(x)) } }))
      const within = <A, E>(effect: Effect.Effect<A, E, ProgramCache>, on: Backend["Service"]) =>
        Effect.provide(effect, Layer.fresh(ProgramCache.layer).pipe(Layer.provide(Layer.succeed(Backend, on))))

      const afterFailure = Effect.andThen(errorOf(compiled), backend.liveBytes)
      assert.strictEqual(yield* within(afterFailure, other), 0)

      const { executable } = yield* bound
      probe.waits = true
      const running = yield* Effect.forkChild(executable.run(ones))
      yield* Deferred.await(entered)
      const before = yield* backend.liveBytes
      const afterInterruption = Effect.gen(function* () {
        const loading = yield* Effect.forkChild(compiled, { startImmediately: true })
        yield* Effect.yieldNow
        yield* Fiber.interrupt(loading)
        return yield* backend.liveBytes
      })
      assert.strictEqual(yield* within(afterInterruption, backend), before)
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(running)
    })
  )

  it.effect("beyond the device's are refused", () =>
    Effect.gen(function* () {
      const { backend, store } = yield* makeProbe
      const large = yield* errorOf(Effect.scoped(store(new Array<number>(300).fill(0))))
      assert.strictEqual(large.message, "reference: a store takes 1200 bytes, 1000 are available")
      const held = yield* store(new Array<number>(200).fill(0))
      const again = yield* errorOf(held.replace({ more: Tensor.make(new Array<number>(60).fill(0)) }))
      assert.strictEqual(again._tag, "MemoryError")
      assert.strictEqual(yield* backend.liveBytes, 800)
    })
  )

  it.effect("are counted for each layer on its own", () =>
    Effect.gen(function* () {
      const count = Effect.gen(function* () {
        yield* makeStore({ w: Tensor.make([1, 2]) })
        return yield* (yield* Backend).liveBytes
      })
      const fresh = Effect.scoped(count).pipe(Effect.provide(Layer.fresh(Reference.layer())))
      assert.deepStrictEqual([yield* fresh, yield* fresh], [8, 8])
    })
  )
})
