import { assert, layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import * as Effect from "effect/Effect"
import { Arbitrary } from "../src/index.ts"
import { cpuJudge } from "./judge/cpuJudge.ts"
import { checkProgram } from "./programs/checkProgram.ts"
import { randomNetwork } from "./programs/randomNetwork.ts"
import { tried } from "./programs/tried.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

const check = checkProgram(cpuJudge)

for (const [name, options] of [
  ["one thread", { threads: 1 }],
  ["one thread, without fused products", { threads: 1, relaxedSimd: false }],
  ["two threads", { threads: 2, shareFrom: 0 }]
] as const) {
  layer(Cpu.layer(options), { excludeTestServices: true })(`random programs on ${name}`, (it) => {
    it.effect("compute what their expressions mean", () =>
      Effect.gen(function* () {
        const share = yield* tried(Arbitrary.computation(), long ? 3000 : 150, check)
        assert.isAbove(share, 0.9)
      })
    )

    it.effect.each(["f32", "f64"] as const)("of networks compute what their expressions mean, in %s", (dtype) =>
      Effect.gen(function* () {
        const share = yield* tried(randomNetwork(dtype), long ? 2000 : 60, check)
        assert.isAbove(share, 0.8)
      })
    )
  })
}
