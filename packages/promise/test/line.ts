import type { CpuLayerOptions } from "@residual/backends/cpu"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import {
  adamW,
  type Batch,
  constantRate,
  type DataError,
  type Objective,
  Samples,
  type TrainerOptions
} from "@residual/train"
import type { Stream } from "effect"
import { type OpenBackend, open, toAsyncIterable, toPromise } from "../src/index.ts"

export const key = HostRandom.keyFromSeed(1)
export const rate = constantRate(0.1)

/** y = slope · x + offset, which counts how often it learned. */
export const line = Model.make(
  { slope: Model.parameter([]), offset: Model.parameter([]), calls: Model.state([]) },
  ({ slope, offset, calls }, x: AnyExpr, context) => {
    if (context.mode === "train") calls.update(op.add(calls.value, 1))
    return op.add(context.tap("scaled", op.mul(x, slope)), offset)
  }
)

export const objective: Objective<AnyExpr, AnyExpr> = {
  model: line,
  batch: { x: { dtype: "f32", shape: [8] }, targets: { dtype: "f32", shape: [8] } },
  loss: (model, { x, targets }) => {
    const predictions = model(x as AnyExpr)
    return { loss: op.mse(predictions, targets as AnyExpr), outputs: { predictions } }
  }
}

export const options: TrainerOptions<AnyExpr, AnyExpr> = { optimiser: adamW(), key }

const xs = Float64Array.from({ length: 32 }, (_, at) => at / 16 - 1)

/** Points on y = 2x - 1. */
export const samples = await toPromise(Samples.fromArrays({ x: xs, targets: xs.map((x) => 2 * x - 1) }))

/** Eight points a batch, without end, from one of the batches on. */
export const shuffled = (from = 0): Stream.Stream<Batch, DataError> =>
  Samples.shuffledBatches(samples, { batch: 8, key, from })

export const ordered: Stream.Stream<Batch, DataError> = Samples.orderedBatches(samples, { batch: 8 })

/** The same as an asynchronous iterator, and whether it was closed. */
export const closing = (): { readonly batches: AsyncGenerator<Batch>; readonly isClosed: () => boolean } => {
  let isClosed = false
  const read = async function* (): AsyncGenerator<Batch> {
    try {
      yield* toAsyncIterable(shuffled())
    } finally {
      isClosed = true
    }
  }
  return { batches: read(), isClosed: () => isClosed }
}

/** The backends that the tests run on. */
export const backends: ReadonlyArray<readonly [name: string, open: () => Promise<OpenBackend>]> = [
  ["reference", () => open("reference")],
  ["cpu", () => open("cpu", { threads: 1 } satisfies CpuLayerOptions)]
]
