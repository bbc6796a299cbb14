import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import type { Stream } from "effect"
import { type Batch, constantRate, type DataError, type Objective, shuffledRows, type Table } from "../src/index.ts"

/** What the runs of the tests derive from. */
export const key = HostRandom.keyFromSeed(1)

/** y = slope · x + offset with noise in training, which also counts how often it learned. */
export const line = Model.make(
  { slope: Model.parameter([]), offset: Model.parameter([]), calls: Model.state([]) },
  ({ slope, offset, calls }, x: AnyExpr, context) => {
    if (context.mode === "evaluate") return op.add(op.mul(x, slope), offset)
    calls.update(op.add(calls.value, 1))
    const noise = op.mul(op.sub(op.uniform(context.key, x.type.shape), 0.5), 0.01)
    return op.add(op.add(op.mul(x, slope), offset), context.tap("noise", noise))
  }
)

/** The line through points, so many of them at once. */
export const objective = (rows: number, weighted = false): Objective<AnyExpr, AnyExpr> => ({
  model: line,
  batch: {
    features: { dtype: "f32", shape: [rows, 1] },
    targets: { dtype: "f32", shape: [rows] },
    weights: { dtype: "f32", shape: [rows] }
  },
  loss: (model, { features, targets, weights }) => {
    const predicted = model(op.squeeze(features as AnyExpr, 1))
    const loss = op.mse(predicted, targets as AnyExpr, weighted ? { weights: weights as AnyExpr } : {})
    return { loss, outputs: { predicted } }
  }
})

const xs = Float64Array.from({ length: 32 }, (_, at) => at / 16 - 1)

/** Points on y = 2x - 1. */
export const points: Table = {
  source: "points",
  rows: 32,
  columns: { x: { kind: "numbers", values: xs }, y: { kind: "numbers", values: xs.map((x) => 2 * x - 1) } }
}

/** What is read of the points. */
export const columns = { features: ["x"], target: "y" }

/** Eight points a batch. */
export const batches: Stream.Stream<Batch, DataError> = shuffledRows(points, { ...columns, batch: 8, key })

export const rate = constantRate(0.1)
