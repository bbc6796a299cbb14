import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { DeviceLost } from "../../error/deviceLost.ts"
import type { GpuAdapter, GpuAdapterInfo, GpuDevice } from "./api.ts"
import { findGpu } from "./findGpu.ts"

/** Which GPU is taken. */
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
  /** The least and most invocations of a subgroup, where it has subgroups. */
  readonly subgroups: { readonly least: number; readonly most: number } | undefined
}

const unavailable = (reason: string): DeviceLost => new DeviceLost({ device: "webgpu", reason })

/** Features that are made use of where they are there. */
const wanted = ["subgroups", "shader-f16", "timestamp-query"]

/** Limits that are asked for as far as the adapter goes. */
const raised = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize"
]

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
  return { device, subgroups: subgroupsOf(device, adapter.info) }
}

const subgroupsOf = ({ features }: GpuDevice, info: GpuAdapterInfo | undefined): AcquiredDevice["subgroups"] => {
  const { subgroupMinSize: least, subgroupMaxSize: most } = info ?? {}
  return features.has("subgroups") && least !== undefined && most !== undefined ? { least, most } : undefined
}

/** Devices that were made, for as long as the process: see `findGpu`. */
const keptDevices = globalThis as { "~residual/webgpuDevices"?: Set<GpuDevice> }

const keep = (device: GpuDevice): void => {
  keptDevices["~residual/webgpuDevices"] ??= new Set()
  keptDevices["~residual/webgpuDevices"].add(device)
}

/** A device for as long as a Scope. Fails with a `DeviceLost` that says what is missing. */
export const acquireDevice = (choice: GpuChoice): Effect.Effect<AcquiredDevice, DeviceLost, Scope.Scope> => {
  if (choice.device !== undefined) {
    const device = choice.device as GpuDevice
    return Effect.succeed({ device, subgroups: subgroupsOf(device, device.adapterInfo) })
  }
  const request = Effect.tryPromise({
    try: () => requestDevice(choice),
    catch: (cause) => (cause instanceof DeviceLost ? cause : unavailable(String(cause)))
  })
  return Effect.acquireRelease(
    Effect.tap(request, ({ device }) => Effect.sync(() => keep(device))),
    ({ device }) =>
      Effect.sync(() => {
        device.destroy()
        keptDevices["~residual/webgpuDevices"]?.delete(device)
      })
  )
}
