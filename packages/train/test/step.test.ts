import { assert, describe, it } from "@effect/vitest"
import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, ShapeError } from "@residual/core"
import { evaluationStep, type Objective, optimiserStart, sgd, trainingStep } from "../src/index.ts"
import { line, objective } from "./countingLine.ts"

const values = { slope: 2, offset: 1, calls: 7, "optimiser/momentum/slope": 0.5, "optimiser/momentum/offset": 0 }
const at = { ...values, "update/rate": 0.1, "update/momentum": 0.9, x: [1, 2], y: [3, 4] }

const run = (computation: ReturnType<typeof trainingStep>, inputs: Readonly<Record<string, number | number[]>>) => {
  const results = evaluate({ ...computation.outputs, ...computation.updates }, inputs)
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data[0] as number]))
}

describe("a training step", () => {
  const options = { optimiser: sgd({ momentum: 0.9 }) }

  it("gives the loss, the norm of the gradients and the next value of everything that changes", () => {
    // The errors are 0 and 1, so that the gradient is 2·1·2/2 for the slope, and 2·1/2 for the offset.
    const results = run(trainingStep(objective, options), at)
    assert.strictEqual(results["loss"], 0.5)
    assert.closeTo(results["gradientNorm"] as number, Math.sqrt(5), 1e-15)
    assert.strictEqual(results["committed"], 1)
    assert.closeTo(results["optimiser/momentum/slope"] as number, 0.9 * 0.5 + 2, 1e-15)
    assert.closeTo(results["slope"] as number, 2 - 0.1 * 2.45, 1e-15)
    assert.closeTo(results["offset"] as number, 1 - 0.1, 1e-15)
    assert.strictEqual(results["calls"], 8)
  })

  it("clips the gradients, and gives the norm that they had", () => {
    const results = run(trainingStep(objective, { ...options, clip: 1 }), at)
    assert.closeTo(results["gradientNorm"] as number, Math.sqrt(5), 1e-15)
    assert.closeTo(results["offset"] as number, 1 - 0.1 / (Math.sqrt(5) + 1e-6), 1e-15)
  })

  const bad: ReadonlyArray<readonly [name: string, inputs: Readonly<Record<string, number | number[]>>]> = [
    ["a loss that is not a number", { ...at, y: [Number.NaN, 1] }],
    ["an infinite loss", { ...at, y: [Number.POSITIVE_INFINITY, 1] }],
    ["gradients that overflow", { ...at, x: [1e200, 1], slope: 1e-200 }]
  ]
  it.each(bad)("changes nothing where it has %s", (_, inputs) => {
    const results = run(trainingStep(objective, { ...options, clip: 1 }), inputs)
    assert.strictEqual(results["committed"], 0)
    for (const [slot, value] of Object.entries({ ...values, slope: inputs["slope"] })) {
      assert.strictEqual(results[slot], value, slot)
    }
  })

  it("has no place for parameters that do not learn", () => {
    const { updates } = trainingStep(objective, { ...options, trains: (path) => path !== "slope" })
    assert.deepStrictEqual(Object.keys(updates ?? {}), ["offset", "optimiser/momentum/offset", "calls"])
    const start = optimiserStart(line, { ...options, trains: (path) => path !== "slope" })
    assert.deepStrictEqual(Object.keys(start.updates ?? {}), ["optimiser/momentum/offset"])
  })

  it("refuses a loss that is not a scalar", () => {
    const open: Objective<AnyExpr, AnyExpr> = { ...objective, loss: (model, { x }) => model(x as AnyExpr) }
    assert.throws(() => trainingStep(open, options), ShapeError, "loss(f32[2]): expected a scalar float")
  })
})

describe("an evaluation step", () => {
  it("gives the loss of the model as it is asked, and changes nothing", () => {
    const { outputs, updates } = evaluationStep(objective)
    assert.strictEqual(updates, undefined)
    const { slope, offset, x, y } = at
    assert.strictEqual(evaluate(outputs, { slope, offset, x, y })["loss"]?.data[0], 0.5)
  })
})
