import type { GpuRequest } from "../measuring/gpuRequest.ts"

/** What a process is asked that measures in Node; it is the process's only argument, as JSON. */
export interface NodeRequest extends GpuRequest {
  /** The address of the system's module. */
  readonly module: string
  /** Whether the system looks for the GPU where pages have it. */
  readonly likePage: boolean
}
