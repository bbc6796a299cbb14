import { computeStage, type GpuDevice, type GpuHandle } from "../gpu/api.ts"

/** A pipeline, and how it is bound. */
export interface Pipeline {
  readonly pipeline: GpuHandle
  readonly layout: GpuHandle
}

/** Why a kernel has no pipeline: what the device says of its text. */
export interface KernelRefused {
  readonly kernel: string
  readonly reason: string
  readonly source: string
}

/** The pipelines of a device, by the text of their kernels: a text is compiled once. */
export interface Pipelines {
  /** Compiles, or waits for what is being compiled; several do so side by side. */
  readonly of: (
    kernel: string,
    source: string,
    bindings: number,
    hasTable: boolean
  ) => Promise<Pipeline | KernelRefused>
  /** How many were compiled. */
  readonly count: () => number
}

/** So many are kept for programs that are loaded again. */
const mostPipelines = 4096

/** No pipelines yet. */
export const makePipelines = (device: GpuDevice): Pipelines => {
  const layouts = new Map<string, { readonly group: GpuHandle; readonly pipeline: GpuHandle }>()
  const known = new Map<string, Promise<Pipeline | KernelRefused>>()
  let compiled = 0

  const layoutOf = (bindings: number, hasTable: boolean) => {
    const key = `${bindings} ${hasTable}`
    const before = layouts.get(key)
    if (before !== undefined) return before
    const entries = Array.from({ length: bindings + (hasTable ? 1 : 0) }, (_, binding) => ({
      binding,
      visibility: computeStage,
      buffer: { type: binding < bindings ? "storage" : "read-only-storage" }
    }))
    const group = device.createBindGroupLayout({ entries })
    const made = { group, pipeline: device.createPipelineLayout({ bindGroupLayouts: [group] }) }
    layouts.set(key, made)
    return made
  }

  const compile = async (
    kernel: string,
    source: string,
    bindings: number,
    hasTable: boolean
  ): Promise<Pipeline | KernelRefused> => {
    compiled++
    device.pushErrorScope("validation")
    const layout = layoutOf(bindings, hasTable)
    const module = device.createShaderModule({ label: kernel, code: source })
    const invalid = device.popErrorScope()
    try {
      const pipeline = await device.createComputePipelineAsync({
        label: kernel,
        layout: layout.pipeline,
        compute: { module, entryPoint: "main" }
      })
      const error = await invalid
      if (error !== null) return { kernel, reason: error.message, source }
      return { pipeline, layout: layout.group }
    } catch (cause) {
      await invalid
      const { messages } = await module.getCompilationInfo().catch(() => ({ messages: [] }))
      const errors = messages.filter(({ type }) => type === "error")
      const said = errors.map(({ message, lineNum }) => `line ${lineNum}: ${message}`).join("\n")
      return { kernel, reason: said === "" ? String(cause) : said, source }
    }
  }

  return {
    of: (kernel, source, bindings, hasTable) => {
      const before = known.get(source)
      if (before !== undefined) return before
      const pipeline = compile(kernel, source, bindings, hasTable)
      const [oldest] = known.keys()
      if (known.size >= mostPipelines && oldest !== undefined) known.delete(oldest)
      known.set(source, pipeline)
      // What is refused may have been so for want of memory, and be tried again.
      const forget = (): void => {
        if (known.get(source) === pipeline) known.delete(source)
      }
      pipeline.then((found) => "reason" in found && forget(), forget)
      return pipeline
    },
    count: () => compiled
  }
}
