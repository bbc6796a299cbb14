import { type GpuClasses, listen } from "./listen.ts"
import { copiedBytes, mappedBytes, writtenBytes } from "./movedBytes.ts"
import { noWork, type Work, type WorkName } from "./work.ts"

/** Counts what is asked of the GPUs of a page or of a process, whoever asks. */
export interface WorkCounter {
  /** What was asked since the last call of this. */
  readonly take: () => Work
  /** Waits until every device has done what it was given. */
  readonly idle: () => Promise<void>
  /** The adapters of which devices were asked for. */
  readonly adapters: () => ReadonlyArray<string>
  /** What devices complained about, or why they were lost. */
  readonly complaints: () => ReadonlyArray<string>
}

interface Device {
  readonly queue: { readonly onSubmittedWorkDone: () => Promise<unknown> }
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  readonly addEventListener: (
    name: "uncapturederror",
    tell: (event: { readonly error: { readonly message: string } }) => void
  ) => void
}

interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
}

/** `GPUMapMode.READ`. */
const readMode = 1

const nameOf = ({ vendor, architecture, description }: AdapterInfo): string =>
  [vendor, architecture, description === "" ? "" : `(${description})`].filter((part) => part !== "").join(" ")

/** Starts counting, which changes the classes of WebGPU for everything that uses them from now on. */
export const countWork = (classes: GpuClasses): WorkCounter => {
  const counts: Record<WorkName, number> = { ...noWork }
  const used = new Set<object>()
  // The pipeline that a pass is at.
  const current = new WeakMap<object, object>()
  // Held, since a package's devices must not be collected.
  const devices: Array<Device> = []
  const adapters = new Set<string>()
  const complaints: Array<string> = []

  const count = (name: WorkName, amount: number): void => {
    counts[name] += amount
  }
  const dispatched = (pass: object): void => {
    count("dispatches", 1)
    const pipeline = current.get(pass)
    if (pipeline !== undefined) used.add(pipeline)
  }
  const opened = (device: Device, info: AdapterInfo): void => {
    devices.push(device)
    adapters.add(nameOf(info))
    device.addEventListener("uncapturederror", ({ error }) => complaints.push(error.message))
    device.lost.then(({ reason, message }) => {
      if (reason !== "destroyed") complaints.push(`lost: ${message}`)
    })
  }

  listen(classes, "GPUComputePassEncoder.setPipeline", ({ self, given }) => current.set(self, given[0] as object))
  listen(classes, "GPUComputePassEncoder.dispatchWorkgroups", ({ self }) => dispatched(self))
  listen(classes, "GPUComputePassEncoder.dispatchWorkgroupsIndirect", ({ self }) => dispatched(self))
  listen(classes, "GPUCommandEncoder.beginComputePass", () => count("passes", 1))
  listen(classes, "GPUCommandEncoder.copyBufferToBuffer", ({ given }) => count("copiedBytes", copiedBytes(given)))
  listen(classes, "GPUQueue.submit", () => count("submits", 1))
  listen(classes, "GPUQueue.writeBuffer", ({ given }) => count("writtenBytes", writtenBytes(given)))
  listen(classes, "GPUDevice.createComputePipeline", () => count("newPipelines", 1))
  listen(classes, "GPUDevice.createComputePipelineAsync", () => count("newPipelines", 1))
  listen(classes, "GPUDevice.createBindGroup", () => count("bindGroups", 1))
  listen(classes, "GPUDevice.createBuffer", ({ given: [options] }) => {
    const { size, mappedAtCreation = false } = options as { readonly size: number; readonly mappedAtCreation?: boolean }
    count("buffers", 1)
    count("allocatedBytes", size)
    if (mappedAtCreation) count("writtenBytes", size)
  })
  listen(classes, "GPUBuffer.mapAsync", ({ self, given }) =>
    count(given[0] === readMode ? "readBytes" : "writtenBytes", mappedBytes(self, given))
  )
  listen(classes, "GPUAdapter.requestDevice", ({ self, result }) => {
    const { info } = self as { readonly info: AdapterInfo }
    // What comes of a device that is refused is its asker's to see.
    ;(result as Promise<Device>).then((device) => opened(device, info)).catch(() => undefined)
  })

  return {
    take: () => {
      const work: Work = { ...counts, pipelines: used.size }
      Object.assign(counts, noWork)
      used.clear()
      return work
    },
    idle: async () => {
      for (const { queue } of devices) await queue.onSubmittedWorkDone()
    },
    adapters: () => [...adapters],
    complaints: () => complaints
  }
}
