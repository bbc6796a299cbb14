import type { GpuDevice } from "./api.ts"

/** Devices that were made, by the name that says so. */
const kept = globalThis as {
  readonly process?: { readonly versions?: { readonly node?: string } }
  "~residual/webgpuDevices"?: Set<GpuDevice>
}

/**
 * Keeps a device in Node as long as the process, as `findGpu` keeps what it came from: the package `webgpu` crashes the
 * process where one is collected while something of it is still at work, even after `destroy`.
 */
export const keepForProcess = (device: GpuDevice): void => {
  if (kept.process?.versions?.node === undefined) return
  kept["~residual/webgpuDevices"] ??= new Set()
  kept["~residual/webgpuDevices"].add(device)
}
