import { assert, describe, it } from "@effect/vitest"
import { Backend, type BackendError, compile, makeStore, type ProgramCache, Tensor } from "@residual/backends"
import * as WebGpu from "@residual/backends/webgpu"
import { type AnyExpr, input, op, slot } from "@residual/core"
import { grad } from "@residual/graph"
import * as Effect from "effect/Effect"
import { testAdapter } from "./testDevice.ts"

const [batch, width, hidden] = [64, 64, 128]
const parameters = { first: slot("first", [width, hidden]), second: slot("second", [hidden, width]) }
const x = input("x", [batch, width])
const hiddenValues = op.gelu(op.matmul(op.softmax(x), parameters.first))
const loss = op.mean(op.square(op.sub(op.matmul(hiddenValues, parameters.second), op.tanh(x))))

const numbers = (seed: number, shape: ReadonlyArray<number>): Tensor.Tensor =>
  Tensor.make(
    Float32Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      (_, at) => (((seed * 7919 + at * 104_729) % 2003) / 1000 - 1) * 0.5
    ),
    { shape }
  )

/** Steps of gradient descent: their losses, and the bytes that the program takes. */
const training: Effect.Effect<
  { readonly losses: ReadonlyArray<number>; readonly bytes: number },
  BackendError,
  Backend | ProgramCache
> = Effect.gen(function* () {
  const store = yield* makeStore({ first: numbers(1, [width, hidden]), second: numbers(2, [hidden, width]) })
  const gradients = grad(loss, parameters) as Readonly<Record<keyof typeof parameters, AnyExpr>>
  const updates = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      op.sub(value, op.mul(gradients[name as keyof typeof parameters], 50))
    ])
  )
  const { run } = yield* (yield* compile({ outputs: { loss }, updates })).bind(store)
  const losses: Array<number> = []
  for (let step = 0; step < 6; step++) {
    losses.push(Tensor.toNumber((yield* run({ x: numbers(3, [batch, width]) }))["loss"] as Tensor.Tensor))
  }
  return { losses, bytes: yield* (yield* Backend).liveBytes }
}).pipe(Effect.scoped)

describe("floats of 16 bits between kernels", () => {
  it.live(
    "train as those of 32 do, within what 16 bits allow, in less memory",
    () =>
      Effect.gen(function* () {
        assert.isTrue(testAdapter?.features.has("shader-f16"))
        const whole = yield* Effect.provide(training, WebGpu.layer())
        const half = yield* Effect.provide(training, WebGpu.layer({ halfPrecision: true }))
        assert.notDeepEqual(half.losses, whole.losses)
        whole.losses.forEach((expected, at) => {
          // A few units of 2⁻¹¹: each value between kernels is off by half of one.
          assert.isAtMost(Math.abs((half.losses[at] as number) - expected), 4 * 2 ** -11 * expected)
        })
        assert.isBelow(whole.losses.at(-1) as number, 0.9 * (whole.losses[0] as number))
        assert.isBelow(half.bytes, whole.bytes)
      }),
    // Its compiler is slow, and slower where other tests run.
    180_000
  )
})
