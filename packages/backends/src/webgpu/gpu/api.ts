// What this backend uses of WebGPU, so that neither the types of a page nor those of a package are needed to compile it.
// https://www.w3.org/TR/webgpu/

/** An adapter or a device's limits, by name. */
export type GpuLimits = Readonly<Record<string, number>>

/** A buffer on the device. */
export interface GpuBuffer {
  readonly size: number
  readonly mapAsync: (mode: number) => Promise<undefined>
  readonly getMappedRange: (offset?: number, size?: number) => ArrayBuffer
  readonly unmap: () => void
  readonly destroy: () => void
}

/** What is wrong with a shader, or worth a warning. */
export interface GpuCompilationMessage {
  readonly type: string
  readonly message: string
  readonly lineNum: number
}

/** A compiled shader. */
export interface GpuShaderModule {
  readonly getCompilationInfo: () => Promise<{ readonly messages: ReadonlyArray<GpuCompilationMessage> }>
}

/** Objects that are only handed on. */
export interface GpuHandle {
  readonly label: string
}

/** Times that passes write down. */
export interface GpuQuerySet {
  readonly destroy: () => void
}

/** A series of dispatches. */
export interface GpuComputePass {
  readonly setPipeline: (pipeline: GpuHandle) => undefined
  readonly setBindGroup: (index: number, group: GpuHandle) => undefined
  readonly dispatchWorkgroups: (x: number, y?: number, z?: number) => undefined
  readonly end: () => undefined
}

/** Commands before they are submitted. */
export interface GpuCommandEncoder {
  readonly beginComputePass: (options?: {
    readonly label?: string
    readonly timestampWrites?: {
      readonly querySet: GpuQuerySet
      readonly beginningOfPassWriteIndex: number
      readonly endOfPassWriteIndex: number
    }
  }) => GpuComputePass
  readonly copyBufferToBuffer: (
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number
  ) => undefined
  readonly resolveQuerySet: (set: GpuQuerySet, first: number, count: number, to: GpuBuffer, offset: number) => undefined
  readonly finish: () => GpuHandle
}

/** What commands are given to. */
export interface GpuQueue {
  readonly submit: (commands: ReadonlyArray<GpuHandle>) => undefined
  readonly writeBuffer: (
    buffer: GpuBuffer,
    offset: number,
    data: ArrayBuffer | ArrayBufferView<ArrayBuffer>,
    from?: number,
    size?: number
  ) => undefined
  readonly onSubmittedWorkDone: () => Promise<undefined>
}

/** One resource of a bind group. */
export interface GpuBinding {
  readonly binding: number
  readonly resource: { readonly buffer: GpuBuffer; readonly offset: number; readonly size: number }
}

/** What went wrong on a device. */
export interface GpuError {
  readonly message: string
}

/** A GPU that computes; a page's or a package's `GPUDevice` is one. */
export interface GpuDevice {
  readonly adapterInfo?: GpuAdapterInfo
  readonly limits: GpuLimits
  readonly features: { readonly has: (feature: string) => boolean }
  readonly queue: GpuQueue
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  readonly createBuffer: (options: {
    readonly label?: string
    readonly size: number
    readonly usage: number
  }) => GpuBuffer
  readonly createShaderModule: (options: { readonly label?: string; readonly code: string }) => GpuShaderModule
  readonly createBindGroupLayout: (options: {
    readonly entries: ReadonlyArray<{
      readonly binding: number
      readonly visibility: number
      readonly buffer: { readonly type: string }
    }>
  }) => GpuHandle
  readonly createPipelineLayout: (options: { readonly bindGroupLayouts: ReadonlyArray<GpuHandle> }) => GpuHandle
  readonly createComputePipelineAsync: (options: {
    readonly label?: string
    readonly layout: GpuHandle
    readonly compute: { readonly module: GpuShaderModule; readonly entryPoint: string }
  }) => Promise<GpuHandle>
  readonly createBindGroup: (options: {
    readonly layout: GpuHandle
    readonly entries: ReadonlyArray<GpuBinding>
  }) => GpuHandle
  readonly createCommandEncoder: () => GpuCommandEncoder
  readonly createQuerySet: (options: { readonly type: "timestamp"; readonly count: number }) => GpuQuerySet
  readonly pushErrorScope: (filter: "validation" | "out-of-memory" | "internal") => undefined
  readonly popErrorScope: () => Promise<GpuError | null>
  readonly destroy: () => undefined
}

/** What a GPU is: who made it, and of what kind it is. */
export interface GpuAdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  readonly subgroupMinSize?: number
  readonly subgroupMaxSize?: number
}

/** A GPU before a device of it is asked for. */
export interface GpuAdapter {
  readonly info: GpuAdapterInfo
  readonly limits: GpuLimits
  readonly features: { readonly has: (feature: string) => boolean }
  readonly requestDevice: (options: {
    readonly requiredFeatures: ReadonlyArray<string>
    readonly requiredLimits: Readonly<Record<string, number>>
  }) => Promise<GpuDevice>
}

/** Where adapters come from: `navigator.gpu`, or what the package `webgpu` makes. */
export interface Gpu {
  readonly requestAdapter: (options?: {
    readonly powerPreference?: "low-power" | "high-performance"
  }) => Promise<GpuAdapter | null>
}

/** Uses of buffers, as the specification numbers them. */
export const bufferUsage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128, queryResolve: 512 } as const

/** How a buffer is mapped to be read. */
export const mapRead = 1

/** The stage that computes. */
export const computeStage = 4
