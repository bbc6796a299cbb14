import { type Executable, Tensor } from "@residual/backends"
import { type DType, HostRandom } from "@residual/core"
import type { Batch } from "../data/batch.ts"

/**
 * What a step reads beside its batch. A program need not read all of it: the step of an optimiser that does not count has
 * no `step`, and a loss that draws nothing no `key`.
 *
 * ```ts
 * import type { StepTime } from "@residual/train"
 * const first: StepTime = { rate: 0.1, step: 0 }
 * first.key // => undefined
 * ```
 */
export interface StepTime {
  /** The key of the run, from which each step's derives. */
  readonly key?: HostRandom.HostKey
  readonly rate?: number
  /** How many steps were made before. */
  readonly step?: number
}

/**
 * The inputs of a step's program, or of an evaluation's: what it reads of a batch and of the step's scalars, and nothing
 * that it does not read. The rate is given in the type that the program reads it in.
 *
 * ```ts
 * import { compile, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * import { feed } from "@residual/train"
 * import { Effect } from "effect"
 * const program = Effect.gen(function* () {
 *   const executable = yield* compile({ outputs: { y: op.mul(input("x", [2]), input("rate", [])) } })
 *   const batch = { x: Tensor.make([1, 2]), weights: Tensor.make([1, 1]) }
 *   const given = feed(executable, batch, { rate: 0.5, step: 3 })
 *   return [Object.keys(given), Tensor.toArray((yield* executable.run(given))["y"]!)]
 * })
 * Effect.runSync(program.pipe(Effect.provide(Reference.layer()))) // => [["x", "rate"], [0.5, 1]]
 * ```
 */
export const feed = (
  { program }: Executable,
  batch: Batch,
  time: StepTime = {}
): Readonly<Record<string, Tensor.Tensor>> => {
  const given: Record<string, Tensor.Tensor> = {}
  for (const { name, type } of program.inputs) {
    const value = batch[name] ?? scalar(name, type.dtype, time)
    if (value !== undefined) given[name] = value
  }
  return given
}

const scalar = (name: string, dtype: DType.DType, { key, rate, step }: StepTime): Tensor.Tensor | undefined => {
  if (name === "rate" && rate !== undefined) return Tensor.make(rate, { dtype })
  if (name === "step" && step !== undefined) return Tensor.make(step, { dtype: "i32" })
  if (name !== "key" || key === undefined || step === undefined) return undefined
  return Tensor.make(HostRandom.foldIn(key, step), { dtype: "u32" })
}
