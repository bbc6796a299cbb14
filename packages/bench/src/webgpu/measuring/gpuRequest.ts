import type { SamplingPlan } from "../../measuring/samplingPlan.ts"

/** What is to be measured on a GPU, in a page or a process. */
export interface GpuRequest {
  readonly case: string
  readonly plan: SamplingPlan
}
