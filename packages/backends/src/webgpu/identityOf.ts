import type { Identity } from "../identity.ts"
import type { GpuAdapterInfo } from "./gpu/api.ts"
import type { KernelTarget } from "./program/kernels.ts"

/** What this backend's numbers depend on: whose GPU it is and by which driver, and what kernels are made for. */
export const identityOf = ({ context, half }: KernelTarget, info: GpuAdapterInfo | undefined): Identity => ({
  vendor: info?.vendor ?? "",
  architecture: info?.architecture ?? "",
  device: info?.device ?? "",
  description: info?.description ?? "",
  subgroups: context.subgroups,
  ...(context.subgroupSize === undefined ? {} : { subgroupSize: context.subgroupSize }),
  halfPrecision: half === true,
  workgroupThreads: context.limits.threads,
  workgroupBytes: context.limits.sharedBytes
})
