import { assert } from "@effect/vitest"
import type { DType } from "@residual/core"
import * as Effect from "effect/Effect"
import { Arbitrary } from "../src/index.ts"
import { webgpuJudge } from "./judge/webgpuJudge.ts"
import { checkProgram } from "./programs/checkProgram.ts"
import { randomNetwork } from "./programs/randomNetwork.ts"
import { tried } from "./programs/tried.ts"
import { onSoftwareWebGpu } from "./webgpu/onWebGpu.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

const check = checkProgram(webgpuJudge)

const dtypes: ReadonlyArray<DType.DType> = ["f32", "i32", "u32", "bool"]

for (const [name, options, times] of [
  ["with subgroups", {}, 2],
  ["without subgroups", { subgroups: false }, 1]
] as const) {
  onSoftwareWebGpu(`random programs on WebGPU ${name}`, options, (it) => {
    it.effect("compute what their expressions mean", () =>
      Effect.gen(function* () {
        const share = yield* tried(Arbitrary.computation({ dtypes }), times * (long ? 500 : 25), check)
        assert.isAbove(share, 0.7)
      })
    )

    it.effect("of networks compute what their expressions mean", () =>
      Effect.gen(function* () {
        // A special number spreads through all of a network, and nothing can be told of what it is in sums and products.
        const networks = randomNetwork("f32", { specials: false })
        const share = yield* tried(networks, times * (long ? 150 : 5), check)
        assert.isAbove(share, 0.7)
      })
    )
  })
}
