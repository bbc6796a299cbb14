import { Tensor } from "@residual/backends"

/** What one step reads, by the names of a program's inputs. The first axis of each tensor is the rows of the batch. */
export type Batch = Readonly<Record<string, Tensor.Tensor>>

/** A batch's numbers as a tensor. */
export const floats = (shape: ReadonlyArray<number>, elements: Float32Array): Tensor.Tensor =>
  Tensor.make(elements, { dtype: "f32", shape })

/** A batch's indices as a tensor. */
export const integers = (shape: ReadonlyArray<number>, elements: Int32Array): Tensor.Tensor =>
  Tensor.make(elements, { dtype: "i32", shape })
