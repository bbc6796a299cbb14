import type { GpuDevice } from "../../src/webgpu/gpu/api.ts"
import { testGpu } from "./testDevice.ts"

// Kept as long as the process, since the package `webgpu` wants it so.
const keptUnder = Symbol.for("@residual/backends/test/ownDevices")
const holder = globalThis as { [keptUnder]?: Set<unknown> }

/** A device that a test has for itself, with the limits that it asks for and otherwise those that every device has. */
export const ownDevice = async (
  requiredLimits: Readonly<Record<string, number>> = {},
  requiredFeatures: ReadonlyArray<string> = []
): Promise<GpuDevice> => {
  // An adapter gives one device.
  const adapter = await (await testGpu()).requestAdapter()
  if (adapter === null) throw new Error("this process has no WebGPU adapter")
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures })
  holder[keptUnder] ??= new Set()
  holder[keptUnder].add(adapter).add(device)
  return device
}
