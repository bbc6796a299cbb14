import { assert, describe, it, layer } from "@effect/vitest"
import { input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Backend, makeBackend, makeStore, Tensor } from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"
import { naiveProgram } from "./naiveProgram.ts"
import { errorOf, ones, step, w, x } from "./probe.ts"

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
