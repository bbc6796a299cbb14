import { assert, describe, it } from "@effect/vitest"
import { oneCycle } from "../src/index.ts"
import { schedules } from "./fixtures/schedules.ts"

describe("one cycle", () => {
  it("has PyTorch's rates and momenta, along cosines and lines, in two phases and three", () => {
    assert.strictEqual(schedules.oneCycles.length, 17)
    for (const { settings, rates, momenta } of schedules.oneCycles) {
      const { max_lr: peak, total_steps: steps, div_factor = 25, final_div_factor = 1e4 } = settings
      const { pct_start: rise = 0.3, base_momentum: lowMomentum = 0.85, max_momentum: highMomentum = 0.95 } = settings
      const { rate, momentum } = oneCycle({
        peak,
        steps,
        initial: peak / div_factor,
        floor: peak / div_factor / final_div_factor,
        rise,
        along: settings.anneal_strategy === "linear" ? "line" : "cosine",
        phases: settings.three_phase === true ? 3 : 2,
        lowMomentum,
        highMomentum
      })
      for (const [step, expected] of rates.entries()) {
        const where = `${JSON.stringify(settings)}, step ${step}`
        assert.closeTo(rate(step), expected, 1e-12, where)
        assert.closeTo(momentum(step), momenta[step] as number, 1e-12, where)
      }
    }
  })

  it("stays as at its last step after it", () => {
    const { rate, momentum } = oneCycle({ peak: 1, steps: 10, floor: 0.125 })
    for (const step of [9, 10, 1e6]) assert.deepStrictEqual([rate(step), momentum(step)], [0.125, 0.95])
  })

  it("has numbers however short it is", () => {
    for (const steps of [1, 2, 3]) {
      for (const phases of [2, 3] as const) {
        for (const rise of [0, 1 / 3, 0.5]) {
          const { rate, momentum } = oneCycle({ peak: 1, steps, rise, phases })
          for (let step = 0; step <= steps; step++) assert.isTrue(Number.isFinite(rate(step) + momentum(step)))
          assert.strictEqual(rate(steps), 1 / 25 / 1e4)
        }
      }
    }
  })
})
