import { assert, describe, it } from "@effect/vitest"
import { input, op, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { type Backend, DeviceLost, ExecutionError, Tensor } from "../src/index.ts"
import { naiveProgram } from "./naiveProgram.ts"
import { errorOf, makeProbe, ones, w } from "./probe.ts"
import { makeSynchronousProbe } from "./synchronousProbe.ts"

const planned = new ExecutionError({ device: "probe", op: "mul", operands: [], reason: "planned" })

/** The messages of runs in which ever fewer things are wrong: the first one that is found is told. */
const failures = (
  backend: Backend["Service"],
  probe: { failure: unknown },
  between: <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const at = input("at", [2], { dtype: "i32" })
    const looking = naiveProgram({
      outputs: { y: op.gather(slot("table", [3]), at) },
      updates: { kept: op.iota([2]) }
    })
    const [open, closed] = [yield* Scope.make(), yield* Scope.make()]
    const table = { table: Tensor.make([1, 2, 3]) }
    const within = <A, E>(scope: Scope.Scope, effect: Effect.Effect<A, E, Scope.Scope>) => Scope.provide(effect, scope)
    const executable = yield* within(open, backend.load(looking))
    const unloaded = yield* within(closed, backend.load(looking))
    const store = yield* within(open, backend.makeStore(table))
    const bound = yield* executable.bind(store)
    const gone = yield* executable.bind(yield* within(closed, backend.makeStore(table)))
    yield* Scope.close(closed, Exit.void)
    const indices = (...values: ReadonlyArray<number>) => ({ at: Tensor.make(values, { dtype: "i32" }) })
    const messages: Array<string> = []
    const told = (run: ReturnType<typeof bound.run>) =>
      Effect.map(errorOf(between(run)), ({ _tag, message }) => {
        messages.push(`${_tag}: ${message}`)
      })
    const none = { outputs: ["none"] }
    yield* told(unloaded.run({}, none))
    yield* told(unloaded.run({ ...indices(0, 3, 9), more: Tensor.make(1) }, none))
    yield* told(unloaded.run({ ...indices(0, 3), more: Tensor.make(1) }, none))
    yield* told(unloaded.run(indices(0, 3), none))
    yield* told(unloaded.run(indices(0, 3)))
    yield* told(unloaded.run(indices(0, 2)))
    yield* told(executable.run(indices(0, 2)))
    yield* told(gone.run(indices(0, 2)))
    const spare = 1000 - (yield* backend.liveBytes)
    yield* within(open, backend.makeStore({ most: Tensor.make(new Float32Array(spare / 4 - 5)) }))
    yield* told(bound.run(indices(0, 2)))
    yield* Scope.close(open, Exit.void)
    const again = yield* Effect.flatMap(backend.makeStore(table), (yield* backend.load(looking)).bind)
    probe.failure = planned
    yield* told(again.run(indices(0, 2)))
    probe.failure = new DeviceLost({ device: "probe", reason: "unplugged" })
    yield* told(again.run(indices(0, 2)))
    probe.failure = undefined
    yield* told(again.run(indices(0, 2)))
    yield* told(again.run(indices(0, 3)))
    return messages
  })

describe("a synchronous step", () => {
  it.effect("fails as an asynchronous one does, whether it has to wait or not", () =>
    Effect.gen(function* () {
      const asynchronous = yield* makeProbe
      const expected = yield* failures(asynchronous.backend, asynchronous.probe, (run) => run)
      assert.deepStrictEqual(expected, [
        'InputError: input "at": expected i32[2], given nothing',
        'InputError: input "at": expected i32[2], given i32[3]',
        'InputError: input "more": expected nothing, since the program does not read it, given f32[]',
        'OutputError: no output "none"; there are: y',
        'IndexError: input "at": element 1 is 3, an index for gather into an axis of 3',
        "ExecutionError: reference: program(): its scope is closed",
        'StoreError: slot "table": the program has slots and is not bound to a store',
        "StoreError: store: its scope is closed",
        "MemoryError: reference: a run takes 24 bytes, 20 are available",
        "ExecutionError: probe: mul(): planned",
        "DeviceLost: probe is lost: unplugged",
        "DeviceLost: probe is lost: unplugged",
        'IndexError: input "at": element 1 is 3, an index for gather into an axis of 3'
      ])
      const renamed = expected.map((message) => message.replace("reference:", "synchronous:"))
      const free = yield* makeSynchronousProbe
      assert.deepStrictEqual(yield* failures(free.backend, free.probe, (run) => run), renamed)
      const { backend, probe, occupy } = yield* makeSynchronousProbe
      const waiting = yield* failures(backend, probe, (run) =>
        Effect.gen(function* () {
          const end = yield* occupy
          const running = yield* Effect.forkChild(run, { startImmediately: true })
          yield* end
          return yield* Fiber.join(running)
        })
      )
      assert.deepStrictEqual(waiting, renamed)
    })
  )

  it.effect("is bound once, and again after the store was given other tensors", () =>
    Effect.gen(function* () {
      const { probe, bound } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      for (const y of [1, 2, 3]) assert.deepStrictEqual(Tensor.toArray((yield* executable.run(ones))["y"]!), [y, y + 1])
      assert.strictEqual(probe.binds, 1)
      yield* store.replace({ w: Tensor.make([7, 8]) })
      assert.deepStrictEqual(Tensor.toArray((yield* executable.run(ones))["y"]!), [7, 8])
      assert.deepStrictEqual(Tensor.toArray((yield* executable.run(ones))["y"]!), [8, 9])
      assert.strictEqual(probe.binds, 2)
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [9, 10])
    })
  )

  it.effect("adds a slot in its first run, for every program that is bound to the store", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      const keep = naiveProgram({ outputs: {}, updates: { kept: op.mul(w, 10) } })
      const keeping = yield* (yield* backend.load(keep)).bind(store)
      yield* executable.run(ones)
      const before = yield* backend.liveBytes
      probe.failure = planned
      yield* errorOf(keeping.run())
      assert.strictEqual(yield* backend.liveBytes, before)
      probe.defect = new Error("unforeseen")
      yield* Effect.exit(keeping.run())
      assert.strictEqual(yield* backend.liveBytes, before)
      Object.assign(probe, { failure: undefined, defect: undefined })
      yield* keeping.run()
      assert.strictEqual(yield* backend.liveBytes, before + 8)
      yield* executable.run(ones)
      yield* keeping.run()
      yield* keeping.run()
      assert.strictEqual(yield* backend.liveBytes, before + 8)
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("kept")), [30, 40])
      assert.deepStrictEqual([probe.binds, probe.held], [4, 2])
    })
  )

  it.effect("that fails or throws changes nothing, and keeps no bytes", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      const before = yield* backend.liveBytes
      probe.failure = planned
      assert.strictEqual(yield* errorOf(executable.run(ones)), planned)
      probe.defect = new Error("unforeseen")
      assert.deepStrictEqual(yield* Effect.exit(executable.run(ones)), Exit.die(probe.defect))
      assert.strictEqual(yield* backend.liveBytes, before)
      Object.assign(probe, { failure: undefined, defect: undefined })
      assert.deepStrictEqual(Tensor.toArray((yield* executable.run(ones))["y"]!), [1, 2])
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [2, 3])
    })
  )

  it.effect("must leave the slots that are there in their holders", () =>
    Effect.gen(function* () {
      const { probe, bound } = yield* makeSynchronousProbe
      const { executable } = yield* bound
      probe.swaps = true
      const defect = new Error("synchronous: a synchronous step gave a slot another holder")
      assert.deepStrictEqual(yield* Effect.exit(executable.run(ones)), Exit.die(defect))
    })
  )

  it.effect("waits for an operation in progress, and for those that wait already", () =>
    Effect.gen(function* () {
      const { probe, bound, occupy } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      const end = yield* occupy
      const replacing = yield* Effect.forkChild(store.replace({ w: Tensor.make([7, 8]) }), { startImmediately: true })
      const running = yield* Effect.forkChild(executable.run(ones), { startImmediately: true })
      assert.deepStrictEqual([replacing.pollUnsafe(), running.pollUnsafe(), probe.runs], [undefined, undefined, 0])
      yield* end
      assert.deepStrictEqual(Tensor.toArray((yield* Fiber.join(running))["y"]!), [7, 8])
      assert.isDefined(replacing.pollUnsafe())
      const last = yield* Effect.forkChild(executable.run(ones), { startImmediately: true })
      yield* Fiber.join(last)
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [9, 10])
    })
  )

  it.effect("is one operation of its fiber, also after others had to wait", () =>
    Effect.gen(function* () {
      const { bound, occupy } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      const operations = <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.gen(function* () {
          const count = Effect.withFiber((fiber) => Effect.succeed(fiber.currentOpCount))
          const before = yield* count
          yield* effect
          return (yield* count) - before
        })
      const least = yield* operations(Effect.suspend(() => Effect.void))
      assert.strictEqual(yield* operations(executable.run(ones)), least)
      const end = yield* occupy
      const waiting = yield* Effect.forkChild(store.read("w"), { startImmediately: true })
      const interrupted = yield* Effect.forkChild(executable.run(ones), { startImmediately: true })
      yield* Fiber.interrupt(interrupted)
      yield* end
      yield* Fiber.join(waiting)
      yield* store.read("w")
      assert.strictEqual(yield* operations(executable.run(ones)), least)
    })
  )

  it.effect("that still waits is interrupted, and changes nothing", () =>
    Effect.gen(function* () {
      const { probe, bound, occupy } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      const end = yield* occupy
      const waiting = yield* Effect.forkChild(executable.run(ones), { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      yield* end
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [1, 2])
      assert.strictEqual(probe.runs, 0)
      yield* executable.run(ones)
      assert.strictEqual(probe.runs, 1)
    })
  )

  it.effect("that begins counts as a whole, whatever interrupts its fiber", () =>
    Effect.gen(function* () {
      const { probe, backend, bound } = yield* makeSynchronousProbe
      const { store, executable } = yield* bound
      const before = yield* backend.liveBytes
      const endless = yield* Effect.forkChild(Effect.forever(Effect.andThen(executable.run(ones), Effect.yieldNow)), {
        startImmediately: true
      })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(endless)
      assert.isAbove(probe.runs, 0)
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [1 + probe.runs, 2 + probe.runs])
      assert.strictEqual(yield* backend.liveBytes, before)
    })
  )
})
