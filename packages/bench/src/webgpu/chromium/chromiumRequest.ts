import type { GpuRequest } from "../measuring/gpuRequest.ts"

/** What a process is asked that measures in a page of a browser; it is the process's only argument, as JSON. */
export interface ChromiumRequest extends GpuRequest {
  /** The browser. */
  readonly chromium: string
  /** Where the system's built page lies. */
  readonly folder: string
}
