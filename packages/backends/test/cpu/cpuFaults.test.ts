import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, input, op, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Cpu from "../../src/cpu/index.ts"
import { Backend, compile, makeStore, run, Tensor } from "../../src/index.ts"

const w = slot("w", [2])
const counting = { outputs: { y: op.mul(w, input("x", [2])) }, updates: { w: op.add(w, 1) } }

const failure = <A, E extends { readonly _tag: string; readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ _tag, message }) => `${_tag}: ${message}`)

/** Runs a file in a process of its own, whose engine it may change. */
const inAProcess = (file: string) =>
  Effect.promise(() =>
    promisify(execFile)(process.execPath, [new URL(file, import.meta.url).pathname], { timeout: 30_000 })
  )

describe("a program on the CPU backend", () => {
  const onCpu = Effect.provide(Cpu.layer({ threads: 1 }), { local: true })

  it.effect("refuses inputs of other types, and goes on", () =>
    Effect.gen(function* () {
      const store = yield* makeStore({ w: Tensor.make([1, 2]) })
      const step = yield* (yield* compile(counting)).bind(store)
      const told = [
        yield* failure(step.run({ x: Tensor.make([1, 2, 3]) })),
        yield* failure(step.run({ x: Tensor.make([[1, 2]]) })),
        yield* failure(step.run({ x: Tensor.make([1, 2], { dtype: "f64" }) })),
        yield* failure(step.run({ x: Tensor.make([1, 2], { dtype: "i32" }) })),
        yield* failure(step.run())
      ]
      assert.deepStrictEqual(
        told,
        ["f32[3]", "f32[1,2]", "f64[2]", "i32[2]", "nothing"].map(
          (given) => `InputError: input "x": expected f32[2], given ${given}`
        )
      )
      const { y } = yield* step.run({ x: Tensor.make([3, 4]) })
      assert.deepStrictEqual(Tensor.toArray(y as Tensor.Tensor), [3, 8])
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [2, 3])
    }).pipe(Effect.scoped, onCpu)
  )

  it.effect("is not interrupted in its midst: its step counts, and the run ends then", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const store = yield* makeStore({ w: Tensor.make([0, 0]) })
      const step = yield* (yield* compile(counting)).bind(store)
      const before = yield* backend.liveBytes
      let runs = 0
      const once = Effect.tap(step.run({ x: Tensor.make([1, 1]) }), () =>
        Effect.sync(() => {
          runs++
        })
      )
      const endless = yield* Effect.forkChild(Effect.forever(Effect.andThen(once, Effect.yieldNow)), {
        startImmediately: true
      })
      for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow
      yield* Fiber.interrupt(endless)
      assert.isAbove(runs, 0)
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [runs, runs])
      assert.strictEqual(yield* backend.liveBytes, before)
    }).pipe(Effect.scoped, onCpu)
  )
})

describe("memory", () => {
  const few = Effect.provide(Cpu.layer({ threads: 1, bytes: 10_000 }), { local: true })
  const wide = (length: number): AnyExpr =>
    op.mul(op.broadcastTo(input("x", []), [length]), op.iota([length], { dtype: "f32" }))

  it.effect("that a program, a store or a run has not says how much is needed and how much there is", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const tensors = (length: number) => ({ w: Tensor.make(new Float32Array(length)) })
      const told = [
        yield* failure(Effect.scoped(makeStore(tensors(2501)))),
        yield* failure(run(wide(2501), { x: 1 })),
        yield* failure(run(wide(1500), { x: 1 }))
      ]
      assert.deepStrictEqual(told, [
        "MemoryError: cpu: a store takes 10004 bytes, 10000 are available",
        "MemoryError: cpu: a program takes 10048 bytes, 10000 are available",
        "MemoryError: cpu: a run takes 6004 bytes, 3856 are available"
      ])
      // The last program stays loaded with the cache, its input and its frame with it; the others left nothing.
      assert.strictEqual(yield* backend.liveBytes, 6144)
      assert.strictEqual(Tensor.toArray(yield* run(op.sum(wide(400)), { x: 1 })), 79_800)
    }).pipe(Effect.scoped, few)
  )

  const onCpu = Effect.provide(Cpu.layer({ threads: 1 }), { local: true })
  const large = [2 ** 15, 2 ** 15 + 2 ** 10]
  const fourInputs = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, op.max(input(name, [2 ** 28]))]))
  const beyond = (2 ** 15 + 2 ** 10) * 2 ** 17

  it.effect("beyond 4 GiB is refused for what a program computes, reads and keeps, and others run as before", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const computed = op.mul(op.broadcastTo(input("x", []), large), 2)
      const told = [
        yield* failure(compile({ outputs: { y: computed } })),
        yield* failure(compile({ outputs: { y: op.sum(input("x", large)) } })),
        yield* failure(compile({ outputs: fourInputs }))
      ]
      for (const text of told) assert.match(text, /^MemoryError: cpu: .* takes \d+ bytes, \d+ are available$/)
      assert.include(told[0], `takes ${beyond + 64} bytes, ${2 ** 32} are available`)
      assert.strictEqual(yield* backend.liveBytes, 0)
      assert.deepStrictEqual(Tensor.toArray(yield* run(op.neg(input("x", [2])), { x: [1, 2] })), [-1, -2])
    }).pipe(Effect.scoped, onCpu)
  )

  // It takes 3 GiB, which not every machine has.
  if (process.env["RESIDUAL_LONG"] === "1") {
    it.live("beyond the first two gigabytes is addressed", () =>
      Effect.gen(function* () {
        const large = { w: Tensor.make(new Float32Array(2 ** 28)) }
        yield* makeStore(large)
        yield* makeStore(large)
        const store = yield* makeStore({ w: Tensor.make([1, 2]) })
        const step = yield* (yield* compile(counting)).bind(store)
        const { y } = yield* step.run({ x: Tensor.make([3, 4]) })
        assert.deepStrictEqual(Tensor.toArray(y as Tensor.Tensor), [3, 8])
        assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [2, 3])
      }).pipe(Effect.scoped, Effect.provide(Cpu.layer({ threads: 1 }), { local: true }))
    )
  }
})

describe("where something is missing", () => {
  const scope = globalThis as { SharedArrayBuffer?: unknown; crossOriginIsolated?: unknown }

  /** Runs an effect with a global set to something else, and puts back what was there. */
  const withGlobal = <A, E, R>(name: keyof typeof scope, value: unknown, effect: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const before = Object.getOwnPropertyDescriptor(scope, name)
        Object.defineProperty(scope, name, { value, configurable: true, writable: true })
        return before
      }),
      () => effect,
      (before) =>
        Effect.sync(() => {
          if (before === undefined) delete scope[name]
          else Object.defineProperty(scope, name, before)
        })
    )

  const workersOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      let workers = 0
      const onWorker = (): void => {
        workers++
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("worker", onWorker)),
        () => Effect.sync(() => process.off("worker", onWorker))
      )
      yield* effect
      return workers
    }).pipe(Effect.scoped)

  const work = Effect.gen(function* () {
    const y = yield* run(op.softmax(input("x", [3])), { x: [0, 0, 0] })
    assert.deepStrictEqual(
      Tensor.toArray(y),
      [1, 1, 1].map((one) => Math.fround(one / 3))
    )
  }).pipe(Effect.provide(Cpu.layer({ threads: 2, shareFrom: 0 }), { local: true }))

  it.live("programs run on two threads where memory is shared", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* workersOf(work), 1)
    })
  )

  it.live.each([
    { name: "SharedArrayBuffer", value: undefined },
    { name: "crossOriginIsolated", value: false }
  ] as const)("programs run on one thread where $name is $value", ({ name, value }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* workersOf(withGlobal(name, value, work)), 0)
    })
  )

  it.live("a program runs on one thread where there is no room for a shared memory", () =>
    Effect.gen(function* () {
      const { stdout } = yield* inAProcess("./withoutSharedMemory.ts")
      assert.strictEqual(stdout, "[3,6]")
    })
  )

  it.live("a program does not load where no WebAssembly may be compiled", () =>
    Effect.gen(function* () {
      const { stdout } = yield* inAProcess("./withoutWebAssembly.ts")
      assert.strictEqual(
        stdout,
        "CompileFailure: WebAssembly: CompileError: it is against the page's policy, 0 bytes are live"
      )
    })
  )
})
