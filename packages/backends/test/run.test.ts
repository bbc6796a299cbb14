import { assert, layer } from "@effect/vitest"
import { constant, input, op, slot } from "@residual/core"
import { grad } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Backend, type BackendError, compile, makeStore, ProgramCache, run, Tensor } from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"

const errorOf = <A, R>(effect: Effect.Effect<A, BackendError, R>): Effect.Effect<BackendError, never, R> =>
  Effect.flip(effect).pipe(Effect.orDie)

const x = input("x", [2])

layer(Reference.layer())("run", (it) => {
  it.effect("computes one expression, or several by name", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(Tensor.toArray(yield* run(op.mul(x, 3), { x: [1, 2] })), [3, 6])
      const { y, sum } = yield* run({ y: op.neg(x), sum: op.sum(x) }, { x: Tensor.make([1, 2]) })
      assert.deepStrictEqual([Tensor.toArray(y), Tensor.toArray(sum)], [[-1, -2], 3])
      assert.strictEqual(Tensor.toNumber(yield* run(op.sum(op.iota([4])))), 6)
      assert.deepStrictEqual(Tensor.toArray((yield* run({ op: op.neg(x) }, { x: [1, 2] })).op), [-1, -2])
    })
  )

  it.effect("takes numbers nested or flat, of any element type", () =>
    Effect.gen(function* () {
      const matrix = input("m", [2, 2], { dtype: "i32" })
      for (const m of [
        [
          [1, 2],
          [3, 4]
        ],
        [1, 2, 3, 4],
        Uint8Array.of(1, 2, 3, 4)
      ]) {
        assert.deepStrictEqual(Tensor.toArray(yield* run(op.transpose(matrix), { m })), [
          [1, 3],
          [2, 4]
        ])
      }
      assert.strictEqual(Tensor.toArray(yield* run(op.not(input("b", [], { dtype: "bool" })), { b: true })), false)
    })
  )

  it.effect("finds its own programs where a backend stands inside another", () =>
    Effect.gen(function* () {
      const scaled = run(op.mul(x, 3), { x: [1, 2] })
      const outer = yield* scaled
      const inner = yield* Effect.provide(scaled, Reference.layer({ mode: "rounded" }))
      assert.deepStrictEqual(Tensor.toArray(inner), Tensor.toArray(outer))
    })
  )

  it.effect("says which input does not match", () =>
    Effect.gen(function* () {
      const messages = yield* Effect.forEach(
        [
          {},
          { x: [1] },
          { x: [[1, 2]] },
          { x: [[1], [2, 3]] },
          { x: [1, 2], z: 1 },
          { x: Tensor.make([1, 2], { dtype: "f64" }) }
        ],
        (inputs) => Effect.map(errorOf(run(op.neg(x), inputs)), ({ message }) => message)
      )
      assert.deepStrictEqual(messages, [
        'input "x": expected f32[2], given nothing',
        'input "x": expected f32[2], given f32[1]',
        'input "x": expected f32[2], given f32[1,2]',
        'input "x": expected f32[2], nested arrays of one form, not ragged at depth 1, with rows of 1 and 2, given others',
        'input "z": expected nothing, since the program does not read it, given f32[]',
        'input "x": expected f32[2], given f64[2]'
      ])
    })
  )

  it.effect("takes what its expression declares, even where the program has no need of it", () =>
    Effect.gen(function* () {
      const always = constant([true, true], { dtype: "bool" })
      const y = op.where(always, x, input("z", [2]))
      assert.deepStrictEqual(Tensor.toArray(yield* run(y, { x: [1, 2], z: [3, 4] })), [1, 2])
      assert.deepStrictEqual(Tensor.toArray(yield* run(y, { x: [1, 2] })), [1, 2])
      const executable = yield* compile({ outputs: { y } })
      const given = { x: Tensor.make([1, 2]), z: Tensor.make([3, 4]) }
      assert.deepStrictEqual(Tensor.toArray((yield* executable.run(given))["y"]!), [1, 2])
      const error = yield* errorOf(executable.run({ ...given, q: Tensor.make(1) }))
      assert.strictEqual(error.message, 'input "q": expected nothing, since the program does not read it, given f32[]')
    })
  )

  it.effect("refuses an input that has a slot's name, which the store holds", () =>
    Effect.gen(function* () {
      const store = yield* makeStore({ w: Tensor.make([3, 4]) })
      const bound = yield* (yield* compile({ outputs: { y: op.mul(slot("w", [2]), x) } })).bind(store)
      const error = yield* errorOf(bound.run({ x: Tensor.make([1, 2]), w: Tensor.make([0, 0]) }))
      assert.strictEqual(error.message, 'input "w": expected nothing, since the program does not read it, given f32[2]')
    })
  )

  it.effect("fails where the computation does not compile, and does not remember it", () =>
    Effect.gen(function* () {
      const clash = op.add(op.sum(input("a", [2])), op.sum(input("a", [3])))
      const before = yield* (yield* ProgramCache).compilations
      for (const _ of [1, 2]) {
        const error = yield* errorOf(run(clash, { a: [1, 2] }))
        assert.strictEqual(error._tag, "CompileFailure")
        assert.strictEqual(error.message, 'lower: two inputs are named "a": f32[2] and f32[3], run and run')
      }
      assert.strictEqual(yield* (yield* ProgramCache).compilations, before)
      assert.deepStrictEqual(Tensor.toArray(yield* run(op.abs(x), { x: [-1, 2] })), [1, 2])
    })
  )
})

layer(Reference.layer())("ProgramCache", (it) => {
  /** A step of gradient descent on (w · x - 1)², composed afresh. */
  const descent = () => {
    const w = slot("w", [2])
    const loss = op.square(op.add(op.sum(op.mul(w, x)), -1))
    return { outputs: { loss }, updates: { w: op.add(w, op.mul(grad(loss, w), -0.1)) } }
  }

  it.effect("the second step compiles nothing, whether composed again or not", () =>
    Effect.gen(function* () {
      const { compilations } = yield* ProgramCache
      const store = yield* makeStore({ w: Tensor.make([0, 0]) })
      const step = yield* (yield* compile(descent())).bind(store)
      const { loss: first } = yield* step.run({ x: Tensor.make([1, 2]) })
      assert.strictEqual(yield* compilations, 1)
      const { loss: second } = yield* step.run({ x: Tensor.make([1, 2]) })
      const again = yield* (yield* compile(descent())).bind(store)
      const { loss: third } = yield* again.run({ x: Tensor.make([1, 2]) })
      assert.strictEqual(yield* compilations, 1)
      const losses = [first, second, third].map((loss) => Tensor.toNumber(loss!))
      assert.strictEqual(losses[0], 1)
      assert.isBelow(losses[1]!, 1e-12)
      assert.isAtMost(losses[2]!, losses[1]!)
    })
  )

  it.effect("programs that differ in an attribute, a shape or a name are other programs", () =>
    Effect.gen(function* () {
      const { compilations } = yield* ProgramCache
      const before = yield* compilations
      for (const other of [op.mul(x, 2), op.mul(x, 3), op.mul(input("x", [3]), 2), op.mul(input("y", [2]), 2)]) {
        yield* compile({ outputs: { y: other } })
        yield* compile({ outputs: { y: other } })
      }
      yield* compile({ outputs: { z: op.mul(x, 2) } })
      assert.strictEqual((yield* compilations) - before, 5)
    })
  )

  it.effect("fibers that ask for one program at once compile it once", () =>
    Effect.gen(function* () {
      const { compilations } = yield* ProgramCache
      const before = yield* compilations
      const asking = Array.from({ length: 8 }, () => Effect.suspend(() => run(op.cosh(input("x", [2])), { x: [0, 0] })))
      yield* Effect.all(asking, { concurrency: "unbounded" })
      assert.strictEqual((yield* compilations) - before, 1)
    })
  )

  it.effect("lets go of its programs with its layer", () =>
    Effect.gen(function* () {
      const live = Effect.gen(function* () {
        yield* run(op.sum(op.exp(op.dot(input("a", [4, 4]), input("a", [4, 4])))), { a: new Float64Array(16) })
        return yield* Effect.map(Backend, ({ liveBytes }) => liveBytes)
      })
      const bytes = Effect.gen(function* () {
        const liveBytes = yield* live
        return { during: yield* liveBytes, liveBytes }
      })
      const { during, liveBytes } = yield* bytes.pipe(Effect.provide(Layer.fresh(Reference.layer())))
      assert.isAbove(during, 0)
      assert.strictEqual(yield* liveBytes, 0)
    })
  )
})
