import { assert, layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import * as Effect from "effect/Effect"
import { assertSeen, descend, lossOf, starts } from "./bowl.ts"
import { everyOptimiser } from "./everyOptimiser.ts"

const steps = 12

layer(Cpu.layer({ threads: 1 }), { excludeTestServices: true })("in 32 bits on the CPU backend", (it) => {
  it.effect.each(everyOptimiser)("%s learns, as on the reference", ([, optimiser, rate]) =>
    Effect.gen(function* () {
      const seen = yield* descend(optimiser, rate, steps, { dtype: "f32" })
      const expected = yield* Effect.provide(descend(optimiser, rate, steps, { dtype: "f32" }), Reference.layer())
      assertSeen(seen, expected, 1e-4)
      assert.isBelow(lossOf(seen.at(-1) ?? {}), 0.7 * lossOf(starts))
    })
  )
})
