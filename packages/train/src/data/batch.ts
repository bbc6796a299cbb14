import type { HostTensor } from "../hostTensor.ts"

/** What one step reads, by the names of a program's inputs. The first axis of each tensor is the rows of the batch. */
export type Batch = Readonly<Record<string, HostTensor>>

/** A batch's numbers as a tensor. */
export const floats = (shape: ReadonlyArray<number>, data: Float32Array): HostTensor => ({
  type: { dtype: "f32", shape },
  data
})

/** A batch's indices as a tensor. */
export const integers = (shape: ReadonlyArray<number>, data: Int32Array): HostTensor => ({
  type: { dtype: "i32", shape },
  data
})
