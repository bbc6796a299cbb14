import { assert, describe, it } from "@effect/vitest"
import type { Backend, ProgramCache } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import * as WebGpu from "@residual/backends/webgpu"
import * as Effect from "effect/Effect"
import { hasAdapter, testDevice } from "../../backends/test/webgpu/testDevice.ts"
import { assertSeen, descend, lossOf, starts } from "./bowl.ts"
import { everyOptimiser } from "./everyOptimiser.ts"

const steps = 12

/** Every optimiser in 32 bits, on a device and on the reference. */
const learnsOn = (device: <A, E>(run: Effect.Effect<A, E, Backend | ProgramCache>) => Effect.Effect<A, unknown>) => {
  it.effect.each(everyOptimiser)("%s learns as on the reference", ([, optimiser, rate]) =>
    Effect.gen(function* () {
      const run = descend(optimiser, rate, steps, { dtype: "f32" })
      const seen = yield* device(run)
      assertSeen(seen, yield* Effect.provide(run, Reference.layer()), 1e-4)
      assert.isBelow(lossOf(seen.at(-1) ?? {}), 0.7 * lossOf(starts))
    })
  )
}

describe("on the CPU backend", () => {
  learnsOn(Effect.provide(Cpu.layer({ threads: 1 })))
})

// Where there is none, `npm test` says that tests on WebGPU did not run.
describe.runIf(hasAdapter)("on WebGPU", { timeout: 60_000 }, () => {
  learnsOn((run) =>
    Effect.flatMap(Effect.promise(testDevice), (device) => Effect.provide(run, WebGpu.layer({ device })))
  )
})
