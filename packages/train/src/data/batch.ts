import { Tensor } from "@residual/backends"
import { Shape } from "@residual/core"

/** What one step reads, by the names of a program's inputs. The first axis of each tensor is the rows of the batch. */
export type Batch = Readonly<Record<string, Tensor.Tensor>>

/** How many elements a batch teaches: those of weight other than 0, or else those of its targets. */
export const elementsOf = ({ weights, targets }: Batch): number => {
  if (weights === undefined) return targets === undefined ? 0 : Shape.size(targets.type.shape)
  const values = Tensor.toTypedArray(weights)
  let count = 0
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) count++
  return count
}

/** What a batch counts for in a mean: the sum of its weights, or its rows where it has none. */
export const weightOf = (batch: Batch): number => {
  const { weights } = batch
  if (weights === undefined) return Object.values(batch)[0]?.type.shape[0] ?? 1
  const values = Tensor.toTypedArray(weights)
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at] as number
  return sum
}
