import { assert, describe, it } from "@effect/vitest"
import { run, Tensor } from "@residual/backends"
import * as WebGpu from "@residual/backends/webgpu"
import { input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import { hasAdapter } from "./testDevice.ts"

describe.runIf(hasAdapter)("invocations that compute several elements", () => {
  it.live.each([2 ** 16, 2 ** 16 + 1, 70_001])("compute each of %i once, and nothing beyond", (count) =>
    Effect.gen(function* () {
      const values = Float32Array.from({ length: count }, (_, at) => at % 977)
      const y = op.add(op.mul(input("x", [count]), input("a", [])), 1)
      const { twice, once } = yield* run({ once: y, twice: op.mul(y, 2) }, { x: Tensor.make(values), a: 3 })
      const [first, second] = [Tensor.toTypedArray(once), Tensor.toTypedArray(twice)]
      assert.deepStrictEqual([first.length, second.length], [count, count])
      for (let at = 0; at < count; at++) {
        if (first[at] !== 3 * (at % 977) + 1 || second[at] !== 6 * (at % 977) + 2) assert.fail(`element ${at}`)
      }
    }).pipe(Effect.provide(WebGpu.layer()))
  )
})
