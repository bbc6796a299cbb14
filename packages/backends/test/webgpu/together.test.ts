import { assert, describe, it } from "@effect/vitest"
import { type Backend, type BackendError, type ProgramCache, run, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import * as WebGpu from "@residual/backends/webgpu"
import { type AnyExpr, input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { hasAdapter } from "./testDevice.ts"

const numbers = (seed: number, shape: ReadonlyArray<number>): Tensor.Tensor =>
  Tensor.make(
    Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, at) =>
      Math.fround(Math.sin(seed + 1.7 * at))
    ),
    { shape }
  )

type Exprs = Readonly<Record<string, AnyExpr>>
type Inputs = Readonly<Record<string, Tensor.Tensor>>

const computed = (
  exprs: Exprs,
  inputs: Inputs,
  backend: Layer.Layer<Backend | ProgramCache, unknown>
): Effect.Effect<Readonly<Record<string, Tensor.Tensor>>, BackendError | unknown> =>
  Effect.provide(run(exprs, inputs), backend) as never

/** Compares with the reference: each element within so much of the largest of its value. */
const agrees = (exprs: Exprs, inputs: Inputs, options: WebGpu.WebGpuOptions = {}) =>
  Effect.gen(function* () {
    const found = yield* computed(exprs, inputs, WebGpu.layer(options))
    const expected = yield* computed(exprs, inputs, Reference.layer())
    for (const [name, tensor] of Object.entries(expected)) {
      const values = Array.from(Tensor.toTypedArray(tensor))
      const own = Tensor.toTypedArray(found[name] as Tensor.Tensor)
      assert.strictEqual(own.length, values.length)
      const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
      values.forEach((value, at) => {
        assert.isAtMost(Math.abs((own[at] as number) - value), 1e-5 * most, `element ${at} of ${name}`)
      })
    }
  })

describe.runIf(hasAdapter)("kernels that share something", () => {
  const [x, y] = [input("x", [100, 64]), input("y", [4, 1000])]
  const inputs = { x: numbers(1, [100, 64]), y: numbers(2, [4, 1000]) }

  for (const subgroups of [true, false]) {
    it.live(`are rows and columns, one after the other${subgroups ? "" : ", without subgroups"}`, () =>
      Effect.andThen(
        agrees({ a: op.sum(x, { axes: [0] }), b: op.sum(y, { axes: [1] }) }, inputs, { subgroups }),
        agrees({ a: op.sum(y, { axes: [1] }), b: op.sum(x, { axes: [0] }) }, inputs, { subgroups })
      )
    )

    it.live(`are more sums than shared memory holds at once${subgroups ? "" : ", without subgroups"}`, () => {
      const sums = (value: AnyExpr, axis: number): Exprs =>
        Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [`${at}`, op.sum(op.add(value, at / 8), { axes: [axis] })])
        )
      return Effect.andThen(
        agrees(sums(y, 1), { y: inputs.y }, { subgroups }),
        agrees(sums(input("x", [1000, 64]), 0), { x: numbers(3, [1000, 64]) }, { subgroups })
      )
    })
  }
})

describe.runIf(hasAdapter)("products whose depth is cut into parts", () => {
  // What matters lies in the last steps: a part that computes them again would be seen.
  const last = (rows: number, columns: number, from: number): Tensor.Tensor =>
    Tensor.make(
      Float32Array.from({ length: rows * columns }, (_, at) => (at / columns >= from ? 1 + (at % 7) : 0)),
      { shape: [rows, columns] }
    )

  it.live.each([4099, 4097, 8190, 32769])("have parts that take every step of %i once", (depth) =>
    agrees(
      { c: op.matmul(op.transpose(input("a", [depth, 8])), input("b", [depth, 40])) },
      { a: last(depth, 8, depth - 3), b: last(depth, 40, 0) }
    )
  )

  it.live("are of windows as well", () => {
    const from = 32_768
    const values = Float32Array.from({ length: from + 36 }, (_, at) => (at >= from ? 3 : 0))
    const windows = op.window(input("x", [from + 36]), { sizes: [36] })
    return agrees(
      { c: op.matmul(op.transpose(windows), input("b", [from + 1, 8])) },
      { x: Tensor.make(values), b: Tensor.make(new Float32Array((from + 1) * 8).fill(1), { shape: [from + 1, 8] }) }
    )
  })
})
