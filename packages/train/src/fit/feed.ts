import { type Executable, Tensor } from "@residual/backends"
import { HostRandom, Shape } from "@residual/core"
import type { Batch } from "../data/batch.ts"

/** A step's scalars: the key of the run, the rate, and how many steps were made before. */
export interface StepTime {
  readonly key: HostRandom.HostKey
  readonly rate: number
  readonly step: number
}

/** What of a batch and of the step's scalars a program reads; a loss that draws nothing has no key, for one. */
export const feed = (
  { program }: Executable,
  batch: Batch,
  time?: StepTime
): Readonly<Record<string, Tensor.Tensor>> => {
  const given: Record<string, Tensor.Tensor> = {}
  for (const { name, type } of program.inputs) {
    const value = batch[name] ?? (time === undefined ? undefined : scalar(name, time))
    if (value !== undefined) given[name] = name === "rate" ? Tensor.make(Tensor.toNumber(value), type) : value
  }
  return given
}

const scalar = (name: string, { key, rate, step }: StepTime): Tensor.Tensor | undefined => {
  if (name === "key") return Tensor.make(HostRandom.foldIn(key, step), { dtype: "u32" })
  if (name === "rate") return Tensor.make(rate)
  return name === "step" ? Tensor.make(step, { dtype: "i32" }) : undefined
}

/** How many elements a batch teaches: those of weight other than 0, or else those of its targets. */
export const elementsOf = ({ weights, targets }: Batch): number => {
  if (weights !== undefined) return Array.from(Tensor.toTypedArray(weights)).filter((weight) => weight !== 0).length
  return targets === undefined ? 0 : Shape.size(targets.type.shape)
}

/** What a batch counts for in a mean: the sum of its weights, or its rows where it has none. */
export const weightOf = (batch: Batch): number => {
  const { weights } = batch
  if (weights === undefined) return Object.values(batch)[0]?.type.shape[0] ?? 1
  return Array.from(Tensor.toTypedArray(weights)).reduce((sum, weight) => sum + weight, 0)
}
