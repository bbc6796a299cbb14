import { fc } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import type { BatchResult, Metric } from "../../src/index.ts"

/** A row of a classification: small whole logits, so that there are ties. */
export interface ClassRow {
  readonly logits: ReadonlyArray<number>
  readonly target: number
  readonly weight: number
}

/** A row of a regression with several outputs. */
export interface NumberRow {
  readonly predictions: ReadonlyArray<number>
  readonly targets: ReadonlyArray<number>
  readonly weight: number
}

const weight = fc.constantFrom(0, 0.5, 1, 1, 1, 3)

export const classRows = (classes: number): fc.Arbitrary<ReadonlyArray<ClassRow>> =>
  fc.array(
    fc.record({
      logits: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: classes, maxLength: classes }),
      target: fc.nat(classes - 1),
      weight
    }),
    { maxLength: 20 }
  )

export const numberRows = (outputs: number): fc.Arbitrary<ReadonlyArray<NumberRow>> => {
  const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: outputs, maxLength: outputs })
  return fc.array(fc.record({ predictions: numbers, targets: numbers, weight }), { maxLength: 20 })
}

/** Rows in batches of a size; the last is filled up with rows of weight 0, whose values are none that a metric may read. */
const batched = <Row>(rows: ReadonlyArray<Row>, size: number, filling: Row): ReadonlyArray<ReadonlyArray<Row>> =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, batch) =>
    Array.from({ length: size }, (_, row) => rows[batch * size + row] ?? filling)
  )

const weightsOf = (rows: ReadonlyArray<{ readonly weight: number }>): Tensor.Tensor =>
  Tensor.make(rows.map(({ weight }) => weight))

export const classBatches = (
  rows: ReadonlyArray<ClassRow>,
  classes: number,
  size: number
): ReadonlyArray<BatchResult> => {
  const filling = { logits: new Array<number>(classes).fill(Number.NaN), target: 999, weight: 0 }
  return batched(rows, size, filling).map((batch) => ({
    outputs: { logits: Tensor.make(batch.map(({ logits }) => logits)) },
    batch: {
      targets: Tensor.make(
        batch.map(({ target }) => target),
        { dtype: "i32" }
      ),
      weights: weightsOf(batch)
    }
  }))
}

export const numberBatches = (
  rows: ReadonlyArray<NumberRow>,
  outputs: number,
  size: number
): ReadonlyArray<BatchResult> => {
  const wrong = new Array<number>(outputs).fill(Number.NaN)
  return batched(rows, size, { predictions: wrong, targets: wrong, weight: 0 }).map((batch) => ({
    outputs: { predictions: Tensor.make(batch.map(({ predictions }) => predictions)) },
    batch: { targets: Tensor.make(batch.map(({ targets }) => targets)), weights: weightsOf(batch) }
  }))
}

/** The value of a metric over batches. */
export const measured = <State, A>(metric: Metric<State, A>, batches: ReadonlyArray<BatchResult>): A =>
  metric.value(batches.reduce(metric.add, metric.initial))
