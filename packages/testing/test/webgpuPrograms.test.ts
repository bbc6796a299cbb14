import { assert, layer } from "@effect/vitest"
import * as WebGpu from "@residual/backends/webgpu"
import * as Effect from "effect/Effect"
import { Arbitrary } from "../src/index.ts"
import { webgpuJudge } from "./judge/webgpuJudge.ts"
import { checkProgram } from "./programs/checkProgram.ts"
import { randomNetwork } from "./programs/randomNetwork.ts"
import { tried } from "./programs/tried.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

const check = checkProgram(webgpuJudge)

for (const [name, options] of [
  ["subgroups", {}],
  ["none", { subgroups: false }]
] as const) {
  layer(WebGpu.layer(options), { excludeTestServices: true })(`random programs on WebGPU with ${name}`, (it) => {
    it.effect("compute what their expressions mean", () =>
      Effect.gen(function* () {
        const share = yield* tried(
          Arbitrary.computation({ dtypes: ["f32", "i32", "u32", "bool"] }),
          long ? 500 : 25,
          check
        )
        assert.isAbove(share, 0.8)
      })
    )

    it.effect("of networks compute what their expressions mean", () =>
      Effect.gen(function* () {
        const share = yield* tried(randomNetwork("f32"), long ? 300 : 15, check)
        assert.isAbove(share, 0.7)
      })
    )
  })
}
