import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { constantRate, warmupCosine } from "../src/index.ts"

const { optimizer, steps } = JSON.parse(
  readFileSync(new URL("../../testing/fixtures/gpt.json", import.meta.url), "utf8")
)
const { schedules } = JSON.parse(
  readFileSync(new URL("../../testing/fixtures/optim.golden.json", import.meta.url), "utf8")
)

describe("rates", () => {
  it("warmupCosine gives the rates of a recorded run", () => {
    const { peak, floor, warmupSteps, steps: length } = optimizer.schedule
    const rate = warmupCosine({ peak, floor, warmup: warmupSteps, steps: length })
    assert.strictEqual(steps.length, 40)
    for (const [step, { learningRate }] of steps.entries()) assert.closeTo(rate(step), learningRate, 1e-17)
  })

  it("without a warmup it is PyTorch's cosine", () => {
    const rate = warmupCosine({ peak: schedules.base_lr, floor: 1e-3, steps: 20 })
    for (let step = 0; step <= 20; step++) assert.closeTo(rate(step), schedules.lrs.cosine[step], 1e-15)
  })

  it("stays at the floor after its last step", () => {
    const rate = warmupCosine({ peak: 1, floor: 0.25, warmup: 2, steps: 10 })
    assert.deepStrictEqual(
      [9, 10, 11, 1e6].map((step) => rate(step) > 0.25),
      [true, false, false, false]
    )
    assert.strictEqual(warmupCosine({ peak: 1, warmup: 5, steps: 5 })(5), 0)
  })

  it("constantRate never changes", () => {
    assert.deepStrictEqual([0, 1, 1e9].map(constantRate(0.3)), [0.3, 0.3, 0.3])
  })
})
