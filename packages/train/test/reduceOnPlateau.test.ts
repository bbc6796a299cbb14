import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { constantRate, exponentialRate, type PlateauState, reduceOnPlateau } from "../src/index.ts"
import { schedules } from "./fixtures/schedules.ts"

describe("reduce on plateau", () => {
  it("reduces where PyTorch does", () => {
    const reductions: Array<number> = []
    for (const { settings, losses, rates } of schedules.plateaus) {
      const { mode = "min", threshold_mode = "rel", min_lr: minimum = 0, ...rest } = settings
      const plateau = reduceOnPlateau(constantRate(schedules.base_lr), {
        ...rest,
        minimum,
        mode: mode === "min" ? "minimum" : "maximum",
        thresholdMode: threshold_mode === "rel" ? "relative" : "absolute"
      })
      let state = plateau.initial
      for (const [at, loss] of losses.entries()) {
        state = plateau.observe(state, loss)
        assert.closeTo(plateau.rate(state, at), rates[at] as number, 1e-12, `${JSON.stringify(settings)}, loss ${at}`)
      }
      reductions.push(new Set(rates).size - 1)
    }
    assert.strictEqual(reductions.length, 8)
    assert.isTrue(reductions.every((count) => count > 1))
  })

  const losses = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { maxLength: 40 })
  const settings = fc.record({
    factor: fc.double({ min: 0, max: 1, noNaN: true }),
    patience: fc.nat(4),
    cooldown: fc.nat(3),
    threshold: fc.constantFrom(0, 0.01, 0.5),
    thresholdMode: fc.constantFrom<"relative" | "absolute">("relative", "absolute"),
    mode: fc.constantFrom<"minimum" | "maximum">("minimum", "maximum")
  })

  test.prop([settings, losses, fc.nat(40)])(
    "goes on from its state as JSON as if it had not stopped",
    (given, all, at) => {
      const plateau = reduceOnPlateau(exponentialRate({ initial: 0.1, factor: 0.99 }), given)
      const whole = all.reduce(plateau.observe, plateau.initial)
      const kept: PlateauState = JSON.parse(JSON.stringify(all.slice(0, at).reduce(plateau.observe, plateau.initial)))
      assert.deepStrictEqual(all.slice(at).reduce(plateau.observe, kept), whole)
    }
  )

  test.prop([settings, losses])("never raises the rate", (given, all) => {
    const plateau = reduceOnPlateau(constantRate(1), given)
    let [state, rate] = [plateau.initial, 1]
    for (const loss of all) {
      state = plateau.observe(state, loss)
      const next = plateau.rate(state, 0)
      assert.isAtMost(next, rate)
      rate = next
    }
  })

  test.prop([settings, losses])("a maximum of x is a minimum of -x", (given, all) => {
    const [least, most] = (["minimum", "maximum"] as const).map((mode) =>
      reduceOnPlateau(constantRate(1), { ...given, mode })
    )
    const down = all.reduce(least!.observe, least!.initial)
    const up = all.map((loss) => -loss).reduce(most!.observe, most!.initial)
    assert.strictEqual(down.reductions, up.reductions)
  })

  it("a better loss is better below zero, too", () => {
    const plateau = reduceOnPlateau(constantRate(1), { patience: 0, threshold: 0.1 })
    const observed = [-1, -1.05, -1.2].map((_, at, all) =>
      all.slice(0, at + 1).reduce(plateau.observe, plateau.initial)
    )
    assert.deepStrictEqual(
      observed.map(({ best, reductions }) => [best, reductions]),
      [
        [-1, 0],
        [-1, 1],
        [-1.2, 1]
      ]
    )
  })

  it("a loss that is not finite is never the best", () => {
    const plateau = reduceOnPlateau(constantRate(1), { patience: 1, mode: "maximum" })
    const all = [Number.NaN, Number.POSITIVE_INFINITY, 2]
    assert.deepStrictEqual(all.reduce(plateau.observe, plateau.initial), {
      best: 2,
      worse: 0,
      cooling: 0,
      reductions: 1
    })
  })

  it("leaves a rate alone that is below the minimum by itself", () => {
    const plateau = reduceOnPlateau(constantRate(0.01), { minimum: 0.1, patience: 0 })
    const state = [1, 1, 1].reduce(plateau.observe, plateau.initial)
    assert.strictEqual(state.reductions, 2)
    assert.strictEqual(plateau.rate(state, 0), 0.01)
  })
})
