import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { DeviceUnavailable } from "../../error/deviceUnavailable.ts"
import { name } from "../name.ts"
import type { GpuAdapter, GpuAdapterInfo, GpuDevice } from "./api.ts"
import { findGpu } from "./findGpu.ts"
import { keepForProcess } from "./keepForProcess.ts"

/**
 * Which GPU is taken.
 *
 * ```ts
 * import type { GpuChoice } from "@residual/backends/webgpu"
 * const choice: GpuChoice = { powerPreference: "low-power" }
 * choice.powerPreference // => "low-power"
 * ```
 */
export interface GpuChoice {
  /** A GPU that saves power, or the quickest one: what the system takes by itself by default. */
  readonly powerPreference?: "low-power" | "high-performance"
  /** Features that the device must have, by WebGPU's names. */
  readonly requiredFeatures?: ReadonlyArray<string>
  /** A `GPUDevice` of the application's own, which is used as it is and not destroyed. */
  readonly device?: unknown
}

/** A device, and what is known of its adapter. */
export interface AcquiredDevice {
  readonly device: GpuDevice
  readonly info: GpuAdapterInfo | undefined
  /** The least and most invocations of a subgroup, where it has subgroups. */
  readonly subgroups: { readonly least: number; readonly most: number } | undefined
}

const unavailable = (reason: string): DeviceUnavailable => new DeviceUnavailable({ device: name, reason })

/** Features that are made use of where they are there. */
const wanted = ["subgroups", "shader-f16", "timestamp-query"]

/** Limits that are asked for as far as the adapter goes. */
const raised = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize"
]

const subgroupsOf = ({ features }: GpuDevice, info: GpuAdapterInfo | undefined): AcquiredDevice["subgroups"] => {
  const { subgroupMinSize: least, subgroupMaxSize: most } = info ?? {}
  return features.has("subgroups") && least !== undefined && most !== undefined ? { least, most } : undefined
}

const requestDevice = async ({ powerPreference, requiredFeatures = [] }: GpuChoice): Promise<AcquiredDevice> => {
  const gpu = await findGpu()
  if ("reason" in gpu) throw unavailable(gpu.reason)
  const adapter: GpuAdapter | null = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference })
  if (adapter === null) throw unavailable("there is no GPU that WebGPU can use, and no driver that stands in for one")
  const lacking = requiredFeatures.filter((feature) => !adapter.features.has(feature))
  if (lacking.length > 0) throw unavailable(`the GPU has no ${lacking.join(", ")}`)
  const features = new Set([...requiredFeatures, ...wanted.filter((feature) => adapter.features.has(feature))])
  const device = await adapter.requestDevice({
    requiredFeatures: [...features],
    requiredLimits: Object.fromEntries(raised.map((limit) => [limit, adapter.limits[limit] as number]))
  })
  keepForProcess(device)
  return { device, info: adapter.info, subgroups: subgroupsOf(device, adapter.info) }
}

/** The application's device, unless it is lost before anything is asked of it. */
const givenDevice = async ({ device: handle, requiredFeatures = [] }: GpuChoice): Promise<AcquiredDevice> => {
  const device = handle as GpuDevice
  const gone = await Promise.race([device.lost, undefined])
  if (gone !== undefined) {
    const { reason, message } = gone
    throw unavailable(`the device that was given is lost: ${message === "" ? reason : message}`)
  }
  const lacking = requiredFeatures.filter((feature) => !device.features.has(feature))
  if (lacking.length > 0) throw unavailable(`the device that was given has no ${lacking.join(", ")}`)
  return { device, info: device.adapterInfo, subgroups: subgroupsOf(device, device.adapterInfo) }
}

/** A device for as long as a Scope. Fails with a `DeviceUnavailable` that says what is missing. */
export const acquireDevice = (choice: GpuChoice): Effect.Effect<AcquiredDevice, DeviceUnavailable, Scope.Scope> => {
  const isGiven = choice.device !== undefined
  const request = Effect.tryPromise({
    try: () => (isGiven ? givenDevice(choice) : requestDevice(choice)),
    catch: (cause) => (cause instanceof DeviceUnavailable ? cause : unavailable(String(cause)))
  })
  if (isGiven) return request
  return Effect.acquireRelease(request, ({ device }) => Effect.sync(() => void device.destroy()))
}
