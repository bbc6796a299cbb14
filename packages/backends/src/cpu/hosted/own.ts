import type { TensorType } from "@residual/core"
import type { Elements } from "../../tensor.ts"

/** Elements in memory that nobody else has, and that can be moved to another thread. */
export type OwnElements = Elements & { readonly buffer: ArrayBuffer }

/** A copy of elements, which are those of a tensor of this type: floats of 32 bits in as many. */
export const own = ({ dtype }: TensorType.TensorType, elements: Elements): OwnElements =>
  (dtype === "f32" ? new Float32Array(elements) : elements.slice()) as OwnElements
