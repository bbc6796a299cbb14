import { Tensor } from "@residual/backends"
import { Shape } from "@residual/core"

/** What one step reads, by the names of a program's inputs. The first axis of each tensor is the rows of the batch. */
export type Batch = Readonly<Record<string, Tensor.Tensor>>

/** A batch's numbers as a tensor. */
export const floats = (shape: ReadonlyArray<number>, elements: Float32Array): Tensor.Tensor =>
  Tensor.make(elements, { dtype: "f32", shape })

/** A batch's indices as a tensor. */
export const integers = (shape: ReadonlyArray<number>, elements: Int32Array): Tensor.Tensor =>
  Tensor.make(elements, { dtype: "i32", shape })

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
