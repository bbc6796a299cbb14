import type { Gpu, GpuAdapter, GpuDevice } from "../../src/webgpu/gpu/api.ts"

// What the package `webgpu` makes crashes the process where it is collected before its work is done. It is kept here, once
// for all files of tests that a process runs.
const keptUnder = Symbol.for("@residual/backends/test/webgpu")
const holder = globalThis as { [keptUnder]?: Map<string, unknown> }
const kept = holder[keptUnder] ?? new Map<string, unknown>()
holder[keptUnder] = kept

const once = <Made>(name: string, make: () => Made): Made => {
  if (!kept.has(name)) kept.set(name, make())
  return kept.get(name) as Made
}

const gpuWith = (...options: ReadonlyArray<string>): Promise<Gpu> =>
  once(`gpu ${options.join(" ")}`, async () => {
    const { create } = await import("webgpu")
    return create([...options]) as unknown as Gpu
  })

/** What adapters of this process come from. */
export const testGpu = (): Promise<Gpu> => gpuWith()

/** The adapter of this process, of which `testDevice` is; null where it has none, and nothing on WebGPU can be tested. */
export const testAdapter: GpuAdapter | null = await once("adapter", () =>
  testGpu()
    .then((gpu) => gpu.requestAdapter())
    .catch(() => null)
)

/** Whether this process has an adapter. Where it has not, `npm test` says that tests on one did not run. */
export const hasAdapter: boolean = testAdapter !== null

const features = ["subgroups", "shader-f16", "timestamp-query"]
const limits = ["maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage"]

/** The device that the tests of this process share, with every feature that this backend has a use for and its adapter. */
export const testDevice = (): Promise<GpuDevice> =>
  once("device", async () => {
    if (testAdapter === null) throw new Error("this process has no WebGPU adapter")
    return await testAdapter.requestDevice({
      requiredFeatures: features.filter((feature) => testAdapter.features.has(feature)),
      requiredLimits: Object.fromEntries(limits.map((limit) => [limit, testAdapter.limits[limit] as number]))
    })
  })

/** A device that computes nothing, and checks everything. */
export interface NullDevice {
  readonly device: GpuDevice
  /** What is wrong with WGSL, compiled, and made a pipeline for each of its entry points; nothing where all is well. */
  readonly errors: (code: string) => Promise<ReadonlyArray<string>>
}

/** What a null device offers; without them, what every WebGPU device does. */
export interface NullDeviceOptions {
  readonly features?: ReadonlyArray<string>
  readonly limits?: Readonly<Record<string, number>>
}

/** A null device, which every machine has, with every feature. */
export const nullDevice = ({ features = [], limits = {} }: NullDeviceOptions = {}): Promise<NullDevice> =>
  once(`null device ${JSON.stringify([features, limits])}`, async () => {
    const adapter = await (await gpuWith("backend=null")).requestAdapter()
    if (adapter === null) throw new Error("the package webgpu has no null backend")
    const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits })
    return { device, errors: (code: string) => errorsOf(device, code) }
  })

const errorsOf = async (device: GpuDevice, code: string): Promise<ReadonlyArray<string>> => {
  device.pushErrorScope("validation")
  const module = device.createShaderModule({ code })
  // At once: others use the device too, and scopes are a stack.
  const [invalid, { messages }] = await Promise.all([device.popErrorScope(), module.getCompilationInfo()])
  const errors = messages.flatMap(({ type, lineNum, message }) =>
    type === "error" ? [`line ${lineNum}: ${message}`] : []
  )
  if (errors.length > 0) return errors
  if (invalid !== null) return [invalid.message]
  const entryPoints = [...code.matchAll(/@compute\b[^{]*?\bfn\s+(\w+)/g)].map(([, name]) => name as string)
  if (entryPoints.length === 0) return ["it has no entry point"]
  const made = entryPoints.map((entryPoint) => pipelineError(device, module, entryPoint))
  return (await Promise.all(made)).filter((error) => error !== undefined)
}

/** The layout of a pipeline that follows from its shader. */
const layoutOfShader = "auto" as never

const pipelineError = async (
  device: GpuDevice,
  module: ReturnType<GpuDevice["createShaderModule"]>,
  entryPoint: string
): Promise<string | undefined> => {
  try {
    await device.createComputePipelineAsync({ layout: layoutOfShader, compute: { module, entryPoint } })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
