import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import { meanAbsoluteError, meanSquaredError, rSquared } from "../../src/index.ts"
import { measured, type NumberRow, numberBatches, numberRows } from "./rows.ts"

const size = fc.integer({ min: 1, max: 25 })

const total = (rows: ReadonlyArray<NumberRow>): number => rows.reduce((sum, { weight }) => sum + weight, 0)

const numbers = (predictions: Tensor.Numbers, targets: Tensor.Numbers, weights?: Tensor.Numbers) => [
  {
    outputs: { predictions: Tensor.make(predictions, { dtype: "f64" }) },
    batch: {
      targets: Tensor.make(targets, { dtype: "f64" }),
      ...(weights === undefined ? {} : { weights: Tensor.make(weights) })
    }
  }
]

/** The weighted mean over rows and outputs of a function of a prediction and its target. */
const meanOf = (rows: ReadonlyArray<NumberRow>, f: (prediction: number, target: number) => number): number => {
  const sum = rows.reduce(
    (sum, { predictions, targets, weight }) =>
      targets.reduce((inner, target, at) => inner + weight * f(predictions[at] as number, target), sum),
    0
  )
  return total(rows) === 0 ? 0 : sum / total(rows) / (rows[0]?.targets.length ?? 1)
}

const assertClose = (actual: number, expected: number): void =>
  assert.isAtMost(Math.abs(actual - expected), 1e-11 * Math.max(1, Math.abs(expected)))

describe("metrics of numbers", () => {
  test.prop([numberRows(3), size])("errors are what they are defined as, however rows are batched", (rows, batch) => {
    const batches = numberBatches(rows, 3, batch)
    assertClose(
      measured(meanSquaredError(), batches),
      meanOf(rows, (prediction, target) => (prediction - target) ** 2)
    )
    assertClose(
      measured(meanAbsoluteError(), batches),
      meanOf(rows, (prediction, target) => Math.abs(prediction - target))
    )
  })

  test.prop([numberRows(2), size])("R² is what it is defined as, however rows are batched", (rows, batch) => {
    const counted = rows.filter(({ weight }) => weight > 0)
    const ofOutput = (at: number): number => {
      const mean = counted.reduce((sum, { targets, weight }) => sum + weight * (targets[at] as number), 0) / total(rows)
      const sum = (f: (row: NumberRow) => number): number =>
        counted.reduce((sum, row) => sum + row.weight * f(row) ** 2, 0)
      const unexplained = sum(({ targets, predictions }) => (targets[at] as number) - (predictions[at] as number))
      return 1 - unexplained / sum(({ targets }) => (targets[at] as number) - mean)
    }
    // Where targets hardly vary, rounding decides.
    const spread = [0, 1].map((at) => {
      const values = counted.map(({ targets }) => targets[at] as number)
      return Math.max(...values) - Math.min(...values)
    })
    fc.pre(counted.length > 1 && Math.min(...spread) > 1e-2)
    assertClose(measured(rSquared({ outputs: 2 }), numberBatches(rows, 2, batch)), (ofOutput(0) + ofOutput(1)) / 2)
  })

  it("R² keeps its digits where targets are far from 0", () => {
    const near = numbers([1, 2, 4], [1, 2, 3])
    const far = numbers([1 + 1e9, 2 + 1e9, 4 + 1e9], [1 + 1e9, 2 + 1e9, 3 + 1e9])
    assert.strictEqual(measured(rSquared(), near), 0.5)
    assert.closeTo(measured(rSquared(), far), 0.5, 1e-7)
  })

  it("R² of targets that do not vary says whether predictions are right", () => {
    assert.strictEqual(measured(rSquared(), numbers([2, 2], [2, 2])), 1)
    assert.strictEqual(measured(rSquared(), numbers([2, 1], [2, 2])), 0)
    assert.strictEqual(measured(rSquared(), []), 1)
  })

  it("a worse guess than the mean has an R² below 0", () => {
    assert.strictEqual(measured(rSquared(), numbers([3, 2, 1], [1, 2, 3])), -3)
  })

  it("weigh rows, and read nothing of a row of weight 0", () => {
    const batches = numbers([[1], [2], [Number.NaN]], [0, 0, Number.NaN], [1, 3, 0])
    assert.strictEqual(measured(meanSquaredError(), batches), (1 + 3 * 4) / 4)
    assert.strictEqual(measured(meanAbsoluteError(), batches), (1 + 3 * 2) / 4)
  })

  it("refuse shapes that do not fit", () => {
    assert.throws(
      () => measured(meanSquaredError(), numbers([1, 2], [1, 2, 3])),
      "meanSquaredError: predictions of shape [2] do not fit targets of shape [3]"
    )
    assert.throws(
      () => measured(rSquared({ outputs: 2 }), numbers([1, 2, 3], [1, 2, 3])),
      "rSquared: targets of shape [3] do not hold 2 outputs a row"
    )
    assert.throws(() => rSquared({ outputs: 0 }), "rSquared: outputs is 0; expected a whole number, 1 or more")
  })
})
