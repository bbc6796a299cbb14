import { assert, describe, it, layer } from "@effect/vitest"
import { type AnyExpr, constant, input, op, slot } from "@residual/core"
import { grad } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Cpu from "../src/cpu/index.ts"
import { Backend, compile, type Executable, makeStore, Tensor } from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"
import * as WebGpu from "../src/webgpu/index.ts"
import { errorOf, makeProbe, ones, w, x } from "./probe.ts"
import { makeSynchronousProbe } from "./synchronousProbe.ts"
import { hasAdapter } from "./webgpu/testDevice.ts"

const [count, places, width] = [40, 32, 16]
const i32 = { dtype: "i32" } as const

/** Some numbers that are no round ones. */
const numbers = (seed: number, shape: ReadonlyArray<number>): Tensor.Tensor =>
  Tensor.make(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => 0.5 * Math.sin(seed + 1.7 * at)),
    { shape }
  )

/**
 * A step with regions of most kinds: it looks up, attends, multiplies, reduces, sorts and scatters. It keeps its loss, and
 * what it sorted, in the Store, one of which no Store has at first.
 */
const training = () => {
  const table = slot("table", [count, width])
  const matrix = slot("matrix", [width, width])
  const at = input("at", [places], i32)
  const rows = op.gather(table, at)
  const mixed = op.reshape(op.attention(...([0, 1, 2].map(() => op.expandDims(rows, 0)) as Rows)), [places, width])
  const loss = op.mean(
    op.square(op.sub(op.softmax(op.gelu(op.matmul(mixed, matrix))), input("target", [places, width])))
  )
  const parameters = { table, matrix }
  const gradients = grad(loss, parameters)
  return {
    outputs: { loss },
    updates: {
      table: op.sub(table, op.mul(gradients.table as AnyExpr, 0.5)),
      matrix: op.sub(matrix, op.mul(gradients.matrix as AnyExpr, 0.5)),
      losses: op.add(op.mul(slot("losses", []), 0.9), loss),
      sorted: op.sort(op.sum(mixed, { axes: [1] })).values
    }
  }
}

type Rows = [AnyExpr, AnyExpr, AnyExpr]

const first = { table: numbers(1, [count, width]), matrix: numbers(2, [width, width]), losses: Tensor.make(0) }

const given = (seed: number) => ({
  at: Tensor.make(
    Array.from({ length: places }, (_, at) => (seed * 7 + at * 3) % count),
    i32
  ),
  target: numbers(seed, [places, width])
})

/** What a Store holds after steps that are made in some ways. */
const after = (
  ...ways: ReadonlyArray<(step: Executable, inputs: ReturnType<typeof given>) => Effect.Effect<unknown, unknown>>
) =>
  Effect.gen(function* () {
    const store = yield* makeStore(first)
    const bound = yield* (yield* compile(training())).bind(store)
    for (const [at, way] of ways.entries()) yield* way(bound, given(at))
    return yield* store.snapshot
  }).pipe(Effect.scoped)

const backends = [
  ["the reference backend", Reference.layer()],
  ["the rounded reference backend", Reference.layer({ mode: "rounded" })],
  ["the CPU backend on one thread", Cpu.layer({ threads: 1 })],
  ["the CPU backend on two threads", Cpu.layer({ threads: 2, shareFrom: 0 })],
  ["the CPU backend on three threads in a worker", Cpu.layer({ threads: 3, shareFrom: 0, host: "worker" })],
  ...(hasAdapter ? ([["the WebGPU backend", WebGpu.layer()]] as const) : [])
] as const

for (const [name, backend] of backends) {
  layer(backend as Layer.Layer<Layer.Success<(typeof backends)[number][1]>>, { excludeTestServices: true })(
    `a profile on ${name}`,
    (it) => {
      it.effect("tells of each region that computes something, in order, and no longer than the run took", () =>
        Effect.gen(function* () {
          const store = yield* makeStore(first)
          const bound = yield* (yield* compile(training())).bind(store)
          const { regions } = bound.program
          for (let at = 0; at < 3; at++) {
            const { device, milliseconds, kernels } = yield* bound.profile(given(at))
            assert.strictEqual(device, (yield* Backend).name)
            // A dispatch on a GPU may compute several regions; it is told of by the first.
            const told = device === "webgpu" ? new Set(kernels.map(({ region }) => region)) : undefined
            assert.deepStrictEqual(
              kernels.map(({ region, kind }) => [region, kind]),
              regions.flatMap(({ kind }, at) => (told?.has(at) === false ? [] : [[at, kind] as [number, typeof kind]]))
            )
            assert.isAbove(kernels.length, 5)
            const total = kernels.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0)
            assert.isTrue(kernels.every(({ nanoseconds }) => nanoseconds >= 0))
            assert.isAbove(total, 0)
            assert.isAtMost(total / 1e6, milliseconds)
            assert.isTrue(kernels.every(({ kernel, bytes }) => kernel.length > 0 && bytes > 0))
            const product = kernels.find(({ kind }) => kind === "product")
            assert.isAtLeast(product?.flop ?? 0, 2 * places * width * width)
          }
          assert.includeMembers(
            regions.map(({ kind }) => kind),
            ["product", "gather", "scatter", "scanning", "reduction"]
          )
        }).pipe(Effect.scoped)
      )

      it.effect("does what a run does, to the bit, also in turns with runs", () =>
        Effect.gen(function* () {
          const run = (step: Executable, inputs: ReturnType<typeof given>) => step.run(inputs)
          const timed = (step: Executable, inputs: ReturnType<typeof given>) => step.profile(inputs)
          const silent = (step: Executable, inputs: ReturnType<typeof given>) => step.profile(inputs, { outputs: [] })
          const expected = yield* after(run, run, run, run)
          assert.sameMembers(Object.keys(expected), ["table", "matrix", "losses", "sorted"])
          assert.notDeepEqual(expected["matrix"], first.matrix)
          for (const ways of [
            [timed, timed, timed, timed],
            [run, timed, run, silent],
            [silent, run, timed, run]
          ]) {
            assert.deepStrictEqual(yield* after(...ways), expected)
          }
        })
      )

      it.effect("takes no bytes after it, and fails as a run does", () =>
        Effect.gen(function* () {
          const { liveBytes } = yield* Backend
          const executable = yield* compile({ outputs: { y: op.mul(w, x) }, updates: { w: op.add(w, x) } })
          const store = yield* makeStore({ w: Tensor.make([1, 2]) })
          const bound = yield* executable.bind(store)
          const before = yield* liveBytes
          const errors = [
            yield* errorOf(executable.profile(ones)),
            yield* errorOf(bound.profile({ x: Tensor.make([1]) })),
            yield* errorOf(bound.profile(ones, { outputs: ["z"] }))
          ]
          assert.deepStrictEqual(
            errors.map(({ message }) => message),
            [
              'slot "w": the program has slots and is not bound to a store',
              'input "x": expected f32[2], given f32[1]',
              'no output "z"; there are: y'
            ]
          )
          yield* bound.profile(ones)
          assert.strictEqual(yield* liveBytes, before)
          assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [2, 3])
        }).pipe(Effect.scoped)
      )

      it.effect("may be given inputs that its program has no need of", () =>
        Effect.gen(function* () {
          const executable = yield* compile({
            outputs: { y: op.where(constant([true, true], { dtype: "bool" }), op.neg(x), input("z", [2])) }
          })
          assert.strictEqual((yield* executable.profile({ ...ones, z: Tensor.make([1, 1]) })).kernels.length, 1)
        })
      )

      it.effect("is waited for by what closes its program's scope", () =>
        Effect.gen(function* () {
          const { program } = yield* compile(training())
          const store = yield* makeStore(first)
          const scope = yield* Scope.make()
          const loaded = yield* Scope.provide((yield* Backend).load(program), scope)
          const bound = yield* loaded.bind(store)
          const profiled = yield* Effect.forkChild(bound.profile(given(0)), { startImmediately: true })
          yield* Scope.close(scope, Exit.void)
          const { device, kernels } = yield* Fiber.join(profiled)
          if (device === "webgpu") assert.isAbove(kernels.length, 5)
          else assert.strictEqual(kernels.length, program.regions.length)
          const closed = yield* errorOf(bound.profile(given(0)))
          assert.include(closed.message, "program(): its scope is closed")
          yield* after((step, inputs) => step.profile(inputs))
        }).pipe(Effect.scoped)
      )
    }
  )
}

describe("a device that tells no times", () => {
  it.effect("is said to, and nothing is computed", () =>
    Effect.gen(function* () {
      const { bound } = yield* makeProbe
      const { store, executable } = yield* bound
      const error = yield* errorOf(executable.profile(ones))
      assert.deepStrictEqual(
        [error._tag, error.message],
        ["ExecutionError", "reference: program(): the device tells no times"]
      )
      assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [1, 2])
      const synchronous = yield* (yield* makeSynchronousProbe).bound
      const other = yield* errorOf(synchronous.executable.profile(ones))
      assert.strictEqual(other.message, "synchronous: program(): the device tells no times")
    }).pipe(Effect.scoped)
  )
})
