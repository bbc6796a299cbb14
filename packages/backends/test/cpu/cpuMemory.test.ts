import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, HostRandom, input, Model, op, slot, TensorType } from "@residual/core"
import { type Computation, compile as compiled, grad, type Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { claims } from "../../src/cpu/claims.ts"
import { cpuDevice, layer } from "../../src/cpu/index.ts"
import { type CompileOptions, compileModule } from "../../src/cpu/program/compileModule.ts"
import { Backend, compile, makeBackend, makeStore, ProgramCache, Tensor } from "../../src/index.ts"

const [vocabulary, context, width, batch] = [65, 64, 128, 4]

/** A step of gradient descent of a transformer of two layers, as a computation, and its parameters. */
const transformer = () => {
  const block = (): Model.Model<AnyExpr, AnyExpr> =>
    Model.sequence(
      Model.skip(Model.sequence(Model.layerNorm({ width }), Model.selfAttention({ width, heads: 4, causal: true }))),
      Model.skip(Model.sequence(Model.layerNorm({ width }), Model.feedForward({ width, hidden: 4 * width })))
    )
  const model = Model.sequence(
    Model.embedding({ count: vocabulary, width }),
    block(),
    block(),
    Model.layerNorm({ width }),
    Model.linear({ in: width, out: vocabulary })
  )
  const slots = Model.slots(model)
  const [x, y] = ["x", "y"].map((name) => input(name, [batch, context], { dtype: "i32" })) as [AnyExpr, AnyExpr]
  const loss = op.crossEntropy(Model.apply(model, { ...slots, mode: "train" }, x).output, y)
  const gradients = grad(loss, slots.parameters)
  const updates = Object.fromEntries(
    Object.entries(slots.parameters).map(([path, value]) => [
      path,
      op.sub(value, op.mul(gradients[path] as AnyExpr, 0.1))
    ])
  )
  const first = Model.initialise(model, HostRandom.keyFromSeed(1))
  const types = Model.parameters(model)
  const tensors = Object.fromEntries(
    Object.entries(first).map(([path, values]) => [
      path,
      Tensor.make(values, { dtype: "f32", shape: types[path]?.shape ?? [] })
    ])
  )
  return { computation: { outputs: { loss }, updates } satisfies Computation, tensors }
}

const tokens = Tensor.make(
  Array.from({ length: batch * context }, (_, at) => (at * 7) % vocabulary),
  { shape: [batch, context], dtype: "i32" }
)

const programOf = (computation: Computation): Program => {
  const program = compiled(computation, { claims })
  if (program._tag === "Left") throw program.left
  return program.right
}

const w = slot("w", [500])
const at = input("at", [2], { dtype: "i32" })
const step: Computation = {
  outputs: { y: op.gather(op.sort(op.sin(w)).values, at) },
  updates: { w: op.add(w, 1) }
}

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc")
  runInNewContext("gc")()
}

const compileOptions: CompileOptions = {
  threads: 1,
  shareFrom: 0,
  fused: true,
  tiles: { tall: false, wide: false },
  memory: { shared: false, maximum: 65_536 },
  control: 64
}

describe("the memory of the CPU backend", () => {
  it.live.each([{ threads: 1 }, { threads: 2 }])("is as it was when scopes end, on $threads threads", ({ threads }) =>
    Effect.gen(function* () {
      const device = yield* cpuDevice({ threads, shareFrom: 0 })
      const backend = makeBackend(device)
      // The first free address tells of everything that was not given back before it.
      const free = Effect.flatMap(device.upload(Tensor.make(0)), (slot) =>
        Effect.as(device.release(slot), slot.address)
      )
      const work = (indices: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          const store = yield* backend.makeStore({ w: Tensor.make(new Float32Array(500)) })
          const bound = yield* (yield* backend.load(programOf(step))).bind(store)
          yield* bound.run({ at: Tensor.make(indices, { dtype: "i32" }) })
        }).pipe(Effect.scoped)
      const before = yield* free
      for (let count = 0; count < 10; count++) {
        yield* work([0, 1])
        yield* Effect.exit(work([0, 900]))
        const fiber = yield* Effect.forkChild(Effect.andThen(work([0, 1]), Effect.never), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* backend.liveBytes, 0)
        assert.strictEqual(yield* free, before)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("does not grow with steps", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      const store = yield* makeStore({ w: Tensor.make(new Float32Array(500)) })
      const bound = yield* (yield* compile(step)).bind(store)
      const inputs = { at: Tensor.make([0, 1], { dtype: "i32" }) }
      const none = { outputs: [] }
      const runs = (count: number) =>
        Effect.gen(function* () {
          for (let run = 0; run < count; run++) yield* bound.run(inputs, none)
          collectGarbage()
          const { heapUsed, external } = process.memoryUsage()
          return { live: yield* backend.liveBytes, heapUsed, external }
        })
      const before = yield* runs(10_000)
      const after = yield* runs(10_000)
      assert.strictEqual(after.live, before.live)
      assert.isAtMost(after.external, before.external)
      // 10 bytes a run are noise of the engine, and no object is so small.
      assert.isBelow(after.heapUsed - before.heapUsed, 100_000)
      assert.strictEqual(Tensor.toTypedArray(yield* store.read("w"))[0], 20_000)
    }).pipe(Effect.scoped, Effect.provide(layer({ threads: 1 }), { local: true }))
  )

  it("that a training step takes is little more than what must be there at once", () => {
    const program = programOf(transformer().computation)
    const { plan } = compileModule(program, compileOptions)
    const bytesOf = (all: Iterable<TensorType.TensorType>): number =>
      [...all].reduce((sum, type) => sum + TensorType.bytes(type), 0)
    const inputs = bytesOf(program.inputs.map(({ type }) => type))
    const constants = bytesOf(plan.constants.map(({ type }) => type))
    assert.isAtMost(plan.bytes / (program.peakBytes + inputs + constants), 1.3)
  })

  it.each([4096, 8192])("of an attention over %i places, forward and backward, holds no matrix of scores", (places) => {
    const [q, k, v] = ["q", "k", "v"].map((name) => input(name, [1, places, 8])) as [AnyExpr, AnyExpr, AnyExpr]
    // The second time in the order of a table's columns: no rows are equal steps apart.
    for (const height of [1, 64]) {
      const turned = (x: AnyExpr): AnyExpr =>
        op.reshape(op.transpose(op.reshape(x, [1, height, places / height, 8]), [0, 2, 1, 3]), [1, places, 8])
      const y = op.attention(turned(q), turned(k), turned(v), { causal: true })
      const outputs = { y, ...grad(op.sum(op.square(y)), { q, k, v }) }
      const { plan } = compileModule(programOf({ outputs }), compileOptions)
      assert.isBelow(plan.scratch.bytes, 12 * 2 ** 20)
      assert.isBelow(plan.bytes, 16 * 2 ** 20)
    }
  })

  it.effect("and its modules are made once: the second step compiles nothing", () =>
    Effect.gen(function* () {
      const cache = yield* ProgramCache
      const { tensors } = transformer()
      const store = yield* makeStore(tensors)
      const losses: Array<number> = []
      for (let count = 0; count < 3; count++) {
        const bound = yield* (yield* compile(transformer().computation)).bind(store)
        const { loss } = yield* bound.run({ x: tokens, y: tokens })
        losses.push(Tensor.toNumber(loss as Tensor.Tensor))
      }
      assert.strictEqual(yield* cache.compilations, 1)
      assert.isBelow(losses[2] as number, losses[0] as number)
    }).pipe(Effect.scoped, Effect.provide(layer({ threads: 1 }), { local: true }))
  )
})
