/** WebGPU's classes, and a device of them. */
export interface FakeGpu {
  readonly classes: Readonly<Record<string, unknown>>
  readonly requestDevice: () => Promise<FakeDevice>
}

/** A device that does nothing. */
export interface FakeDevice {
  readonly queue: {
    readonly submit: (commands: ReadonlyArray<unknown>) => void
    readonly writeBuffer: (...given: ReadonlyArray<unknown>) => void
    readonly onSubmittedWorkDone: () => Promise<void>
  }
  readonly createBuffer: (options: { readonly size: number; readonly mappedAtCreation?: boolean }) => {
    readonly size: number
    readonly mapAsync: (...given: ReadonlyArray<number>) => Promise<void>
  }
  readonly createBindGroup: () => object
  readonly createComputePipeline: () => object
  readonly createComputePipelineAsync: () => Promise<object>
  readonly createCommandEncoder: () => {
    readonly beginComputePass: () => {
      readonly setPipeline: (pipeline: object) => void
      readonly dispatchWorkgroups: (x: number) => void
      readonly dispatchWorkgroupsIndirect: () => void
    }
    readonly copyBufferToBuffer: (...given: ReadonlyArray<unknown>) => void
  }
  /** Has an error come out of it. */
  readonly complain: (message: string) => void
}

/** WebGPU's classes, made anew, of objects that do nothing and take a millisecond for it. */
export const makeFakeGpu = (): FakeGpu => {
  class GPUComputePassEncoder {
    setPipeline(): void {}
    dispatchWorkgroups(): void {}
    dispatchWorkgroupsIndirect(): void {}
  }
  class GPUCommandEncoder {
    beginComputePass(): GPUComputePassEncoder {
      return new GPUComputePassEncoder()
    }
    copyBufferToBuffer(): void {}
  }
  class GPUBuffer {
    readonly size: number
    constructor({ size }: { readonly size: number }) {
      this.size = size
    }
    async mapAsync(): Promise<void> {}
  }
  class GPUQueue {
    submit(): void {}
    writeBuffer(): void {}
    async onSubmittedWorkDone(): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  class GPUDevice extends EventTarget {
    readonly queue = new GPUQueue()
    readonly lost = new Promise<never>(() => undefined)
    createBuffer(options: { readonly size: number }): GPUBuffer {
      return new GPUBuffer(options)
    }
    createBindGroup(): object {
      return {}
    }
    createComputePipeline(): object {
      return {}
    }
    async createComputePipelineAsync(): Promise<object> {
      return {}
    }
    createCommandEncoder(): GPUCommandEncoder {
      return new GPUCommandEncoder()
    }
    complain(message: string): void {
      this.dispatchEvent(Object.assign(new Event("uncapturederror"), { error: { message } }))
    }
  }
  class GPUAdapter {
    readonly info = { vendor: "nobody", architecture: "fake", description: "" }
    async requestDevice(): Promise<GPUDevice> {
      return new GPUDevice()
    }
  }
  return {
    classes: { GPUComputePassEncoder, GPUCommandEncoder, GPUBuffer, GPUQueue, GPUDevice, GPUAdapter },
    requestDevice: async () => (await new GPUAdapter().requestDevice()) as unknown as FakeDevice
  }
}
