import { assert, describe, it, layer } from "@effect/vitest"
import { input, op, slot } from "@residual/core"
import { compile, type Program } from "@residual/graph"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import {
  Backend,
  type BackendError,
  type Device,
  DeviceLost,
  ExecutionError,
  makeBackend,
  makeStore,
  ProgramCache,
  Tensor
} from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"
import { naiveProgram } from "./naiveProgram.ts"

const x = input("x", [2])
const w = slot("w", [2])

/** y = w · x, and w becomes w + x. */
const step = naiveProgram({ outputs: { y: op.mul(w, x), sum: op.sum(x) }, updates: { w: op.add(w, x) } })

const ones = { x: Tensor.make([1, 1]) }

/** The error that an effect fails with; one that succeeds ends the test. */
const errorOf = <A, R>(effect: Effect.Effect<A, BackendError, R>): Effect.Effect<BackendError, never, R> =>
  Effect.flip(effect).pipe(Effect.orDie)

layer(Reference.layer())("Backend", (it) => {
  it.effect("runs a program on inputs, and moves back what is asked for", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const store = yield* makeStore({ w: Tensor.make([1, 2]) })
      const bound = yield* (yield* backend.load(step)).bind(store)
      const all = yield* bound.run({ x: Tensor.make([3, 4]) })
      assert.deepStrictEqual(Tensor.toArray(all["y"]!), [3, 8])
      assert.deepStrictEqual(Tensor.toArray(all["sum"]!), 7)
      assert.deepStrictEqual(Object.keys(yield* bound.run(ones, { outputs: ["sum"] })), ["sum"])
      assert.deepStrictEqual(Object.keys(yield* bound.run(ones, { outputs: [] })), [])
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [6, 8])
    })
  )

  it.effect("says which input is missing, left over or of another type", () =>
    Effect.gen(function* () {
      const executable = yield* (yield* Backend).load(naiveProgram({ outputs: { y: op.neg(x) } }))
      const messages = yield* Effect.forEach(
        [
          {},
          { x: Tensor.make([1, 2, 3]) },
          { x: Tensor.make([1, 2], { dtype: "f64" }) },
          { ...ones, z: Tensor.make(1) }
        ],
        (inputs) => errorOf(executable.run(inputs))
      )
      assert.deepStrictEqual(
        messages.map(({ _tag, message }) => [_tag, message]),
        [
          ["InputError", 'input "x": expected f32[2], given nothing'],
          ["InputError", 'input "x": expected f32[2], given f32[3]'],
          ["InputError", 'input "x": expected f32[2], given f64[2]'],
          ["InputError", 'input "z": expected nothing, since the program does not read it, given f32[]']
        ]
      )
      const unknown = yield* errorOf(executable.run(ones, { outputs: ["z"] }))
      assert.deepStrictEqual([unknown._tag, unknown.message], ["OutputError", 'no output "z"; there are: y'])
    })
  )

  it.effect("checks indices that the host gives, and only those", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const at = input("at", [2, 1], { dtype: "i32" })
      const table = input("table", [3, 2])
      const rows = yield* backend.load(naiveProgram({ outputs: { y: op.gather(table, op.reshape(at, [2])) } }))
      const given = (indices: ReadonlyArray<number>) => ({
        table: Tensor.make([
          [1, 2],
          [3, 4],
          [5, 6]
        ]),
        at: Tensor.make(indices, { shape: [2, 1], dtype: "i32" })
      })
      assert.deepStrictEqual(Tensor.toArray((yield* rows.run(given([2, 0])))["y"]!), [
        [5, 6],
        [1, 2]
      ])
      for (const bad of [-1, 3]) {
        const error = yield* errorOf(rows.run(given([0, bad])))
        assert.strictEqual(error.message, `input "at": element 1 is ${bad}, an index for gather into an axis of 3`)
      }
      const shifted = yield* backend.load(naiveProgram({ outputs: { y: op.gather(table, op.add(at, 1)) } }))
      assert.deepStrictEqual(Tensor.toArray((yield* shifted.run(given([1, 2])))["y"]!), [[[5, 6]], [[NaN, NaN]]])
    })
  )

  it.effect("a store reads, replaces and takes snapshots of its slots", () =>
    Effect.gen(function* () {
      const store = yield* makeStore({ a: Tensor.make([1, 2]), b: Tensor.make(3, { dtype: "i32" }) })
      const before = yield* store.snapshot
      yield* store.replace({ a: Tensor.make([5, 6]), c: Tensor.make(true) })
      assert.deepStrictEqual(yield* store.types, {
        a: { dtype: "f32", shape: [2] },
        b: { dtype: "i32", shape: [] },
        c: { dtype: "bool", shape: [] }
      })
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("a")), [5, 6])
      assert.deepStrictEqual(Tensor.toArray(before["a"]!), [1, 2])
      const missing = yield* errorOf(store.read("z"))
      assert.strictEqual(missing.message, 'slot "z": the store has no such slot')
      const other = yield* errorOf(store.replace({ b: Tensor.make(7, { dtype: "i32" }), a: Tensor.make([1]) }))
      assert.strictEqual(other.message, 'slot "a": the store holds f32[2], not f32[1]')
      assert.strictEqual(Tensor.toNumber(yield* store.read("b")), 3)
    })
  )

  it.effect("several executables share a store, and a slot that is only written is added", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const store = yield* makeStore({ w: Tensor.make([1, 2]) })
      const train = yield* (yield* backend.load(step)).bind(store)
      const read = yield* (yield* backend.load(naiveProgram({ outputs: { w: op.mul(w, 1) } }))).bind(store)
      const keep = naiveProgram({ outputs: {}, updates: { kept: op.mul(w, 10) } })
      yield* train.run(ones)
      assert.deepStrictEqual(Tensor.toArray((yield* read.run())["w"]!), [2, 3])
      yield* (yield* (yield* backend.load(keep)).bind(store)).run()
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("kept")), [20, 30])
    })
  )

  it.effect("says what is wrong with a store when a program is bound to it", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const executable = yield* backend.load(step)
      const unbound = yield* errorOf(executable.run(ones))
      assert.strictEqual(unbound.message, 'slot "w": the program has slots and is not bound to a store')
      const missing = yield* errorOf(Effect.flatMap(makeStore({}), executable.bind))
      assert.strictEqual(missing.message, 'slot "w": the store has no such slot')
      const wrong = yield* errorOf(Effect.flatMap(makeStore({ w: Tensor.make([1]) }), executable.bind))
      assert.strictEqual(wrong.message, 'slot "w": the store holds f32[1], not f32[2]')
      const foreign = yield* makeBackend(Reference.referenceDevice()).makeStore({ w: Tensor.make([1, 2]) })
      const other = yield* errorOf(executable.bind(foreign))
      assert.strictEqual(other.message, "store: it was not made by this reference backend")
    })
  )

  it.effect("what belongs to a scope is refused after it", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const scope = yield* Scope.make()
      const store = yield* Scope.provide(makeStore({ w: Tensor.make([1, 2]) }), scope)
      const executable = yield* Scope.provide(backend.load(naiveProgram({ outputs: { y: op.neg(x) } })), scope)
      const bound = yield* (yield* backend.load(step)).bind(store)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* errorOf(store.read("w"))).message, "store: its scope is closed")
      assert.strictEqual((yield* errorOf(bound.run(ones))).message, "store: its scope is closed")
      assert.strictEqual((yield* errorOf(executable.run(ones))).message, "reference: program(): its scope is closed")
    })
  )
})

describe("a plan that does not work out", () => {
  const y = op.add(op.exp(x), op.neg(x))
  const bad = naiveProgram({ outputs: { y } })
  const run = (change: Partial<typeof bad>) =>
    Effect.gen(function* () {
      const executable = yield* (yield* Backend).load({ ...bad, ...change })
      return yield* executable.run(ones)
    }).pipe(Effect.scoped, Effect.provide(Reference.layer()))

  it.effect("a value that was written over is not read", () =>
    Effect.gen(function* () {
      const clash = bad.buffers.map((buffer) => ({ ...buffer, offset: 0 }))
      const error = yield* errorOf(run({ buffers: clash }))
      assert.strictEqual(error.message, "reference: exp(f32[2]): %1 is read from buffer 0, which does not hold it")
      const halfway = bad.buffers.map((buffer, at) => ({ ...buffer, offset: at * 4 }))
      assert.strictEqual((yield* errorOf(run({ buffers: halfway })))._tag, "ExecutionError")
    })
  )

  it.effect("a value that does not fit is not written", () =>
    Effect.gen(function* () {
      const small = bad.buffers.map((buffer) => ({ ...buffer, bytes: 4 }))
      const error = yield* errorOf(run({ buffers: small }))
      assert.strictEqual(error.message, "reference: exp(f32[2]): %1 does not fit into buffer 0")
      assert.strictEqual((yield* errorOf(run({ arenaBytes: 4 })))._tag, "ExecutionError")
    })
  )

  it.effect("a region reads only what it declares", () =>
    Effect.gen(function* () {
      const regions = bad.regions.map((region) => ({ ...region, reads: [] }))
      const error = yield* errorOf(run({ regions }))
      assert.strictEqual(
        error.message,
        "reference: input(): %0 is neither read nor computed by the region that uses it"
      )
    })
  )
})

/** A reference device whose steps can be made to fail, to wait, and to count. */
const makeProbe = Effect.gen(function* () {
  const entered = yield* Deferred.make<void>()
  const release = yield* Deferred.make<void>()
  const probe = { failure: undefined as BackendError | undefined, waits: false, failUploads: false, held: 0 }
  const reference = Reference.referenceDevice({ bytes: 1000 })
  const device: Device<Tensor.Tensor> = {
    ...reference,
    upload: (tensor) =>
      Effect.suspend(() => {
        if (probe.failUploads) return Effect.fail(new DeviceLost({ device: "probe", reason: "unplugged" }))
        probe.held++
        return Effect.succeed(tensor)
      }),
    release: () =>
      Effect.sync(() => {
        probe.held--
      }),
    load: (program) =>
      Effect.map(
        reference.load(program),
        (run) => (step) =>
          Effect.gen(function* () {
            if (probe.waits) {
              yield* Deferred.succeed(entered, undefined)
              yield* Deferred.await(release)
            }
            const result = yield* run(step)
            if (probe.failure !== undefined) return yield* Effect.fail(probe.failure)
            probe.held += result.slots.size
            return result
          })
      )
  }
  const backend = makeBackend(device)
  const store = (values: ReadonlyArray<number>) => backend.makeStore({ w: Tensor.make(values) })
  const bound = Effect.gen(function* () {
    const held = yield* store([1, 2])
    return { store: held, executable: yield* (yield* backend.load(step)).bind(held) }
  })
  return { probe, backend, bound, store, entered, release }
})

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
