import { assert, describe, layer } from "@effect/vitest"
import { type AnyExpr, input, op } from "@residual/core"
import { Effect } from "effect"
import { run, Tensor } from "../../src/index.ts"
import * as Reference from "../../src/reference/index.ts"
import * as WebGpu from "../../src/webgpu/index.ts"
import { hasAdapter } from "./testDevice.ts"

const specials = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -2.5, 3e38, -1e-30]

/** What compilers take for 0 or 1, whatever the operand is. */
const indeterminate: Readonly<Record<string, (x: AnyExpr) => AnyExpr>> = {
  "x · 0": (x) => op.mul(x, 0),
  "0 · x": (x) => op.mul(op.fill(0, x.type), x),
  "x · -0": (x) => op.mul(x, -0),
  "0 / x": (x) => op.div(op.fill(0, x.type), x),
  "x / x": (x) => op.div(x, x),
  "x / ∞": (x) => op.div(x, Number.POSITIVE_INFINITY),
  "x / -∞": (x) => op.div(x, Number.NEGATIVE_INFINITY),
  "x - x": (x) => op.sub(x, x),
  "-x + x": (x) => op.add(op.neg(x), x)
}

describe.runIf(hasAdapter)("kernels", () => {
  layer(WebGpu.layer(), { excludeTestServices: true })((it) => {
    it.effect.each(Object.entries(indeterminate).map(([name, f]) => ({ name, f })))(
      "have NaN where $name is indeterminate",
      ({ f }) =>
        Effect.gen(function* () {
          const y = f(input("x", [specials.length]))
          const found = yield* run(y, { x: specials })
          const expected = yield* Effect.provide(run(y, { x: specials }), Reference.layer(), { local: true })
          const [actual, wanted] = [found, expected].map((tensor) => [...Tensor.toTypedArray(tensor)])
          // Zeros may have either sign.
          assert.deepStrictEqual(
            actual?.map((value) => value + 0),
            wanted?.map((value) => value + 0)
          )
        })
    )

    it.effect("join bools by subgroups, whose invocations all have to take part", () =>
      Effect.gen(function* () {
        const shape = [3, 70]
        const x = Tensor.make(
          Array.from({ length: 210 }, (_, at) => Number(at === 100)),
          { shape, dtype: "bool" }
        )
        const given = input("x", shape, { dtype: "bool" })
        const found = yield* run(
          { any: op.any(given, { axes: [1] }), all: op.all(op.not(given), { axes: [1] }) },
          { x }
        )
        assert.deepStrictEqual(Tensor.toArray(found.any), [false, true, false])
        assert.deepStrictEqual(Tensor.toArray(found.all), [true, false, true])
      })
    )
  })
})
