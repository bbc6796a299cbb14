import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { open, toPromise } from "@residual/promise"
import { adamW, constantRate, type Objective, Samples } from "@residual/train"

const key = HostRandom.keyFromSeed(1)

const objective: Objective<AnyExpr, AnyExpr> = {
  model: Model.linear({ in: 2, out: 1 }),
  batch: { x: { dtype: "f32", shape: [4, 2] }, y: { dtype: "f32", shape: [4, 1] } },
  loss: (model, { x, y }) => op.mse(model(x as AnyExpr), y as AnyExpr)
}

const rows = Array.from({ length: 8 }, (_, at) => [at / 4 - 1, (at % 3) - 1] as const)

/** Ten steps of a run that is left after them, on the CPU backend, in Promises: their losses. */
export const promised = async (): Promise<ReadonlyArray<number>> => {
  const backend = await open("cpu", { threads: 1 })
  try {
    const samples = await toPromise(Samples.fromArrays({ x: rows, y: rows.map(([a, b]) => [a - 2 * b]) }))
    const trainer = await backend.trainer(objective, { optimiser: adamW(), key })
    const batches = Samples.shuffledBatches(samples, { batch: 4, key })
    const losses: Array<number> = []
    for await (const event of trainer.fit({ batches, rate: constantRate(0.1), steps: 1000, key })) {
      if (event.event === "step" && losses.push(event.loss) === 10) break
    }
    return losses
  } finally {
    await backend.close()
  }
}
