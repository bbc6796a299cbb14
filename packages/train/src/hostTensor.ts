import type { TensorType } from "@residual/core"

/** Elements of a tensor on the host, in row-major order; a bool is 0 or 1. */
export type Elements = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

/** A tensor on the host: its type, and its elements in row-major order. */
export interface HostTensor {
  readonly type: TensorType.TensorType
  readonly data: Elements
}
