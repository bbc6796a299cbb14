import type { GpuBuffer, GpuDevice, GpuError } from "../../src/webgpu/gpu/api.ts"
import { ownDevice } from "./ownDevice.ts"

/** How many of each a device was asked for so far. */
export interface Counts {
  readonly buffers: number
  readonly bindGroups: number
  readonly modules: number
  readonly pipelines: number
  readonly submits: number
}

/** A real device whose calls are counted, and which can be made to fail. */
export interface Watched {
  /** What is handed to a Layer. */
  readonly device: GpuDevice
  readonly real: GpuDevice
  readonly counts: () => Counts
  /** Bytes of buffers that were made and not destroyed. */
  readonly bytes: () => number
  /** The labels of these buffers. */
  readonly labels: () => ReadonlyArray<string>
  /** Sets of times that were made and not destroyed. */
  readonly querySets: () => number
  readonly isDestroyed: () => boolean
  /** What went wrong and nobody had asked about. */
  readonly uncaptured: ReadonlyArray<string>
  /** What happened, in order: `submit`, and `arrived` where a buffer was mapped. */
  readonly events: ReadonlyArray<string>
  /** The workgroups of each dispatch so far. */
  readonly grids: ReadonlyArray<readonly [x: number, y: number]>
  /** Makes it say that it is lost, while it goes on. */
  readonly lose: (reason: string) => void
  readonly faults: {
    /** Whether there is no memory for a buffer. */
    outOfMemory: ((label: string, size: number) => boolean) | undefined
    /** What is compiled instead of a text. */
    source: ((code: string) => string) | undefined
    /** What mapping waits for. */
    mapping: Promise<unknown> | undefined
    /** What compiling waits for. */
    compiling: Promise<unknown> | undefined
    /** What it waits for before it tells errors. */
    telling: Promise<unknown> | undefined
    /** In how many workgroups kernels are dispatched instead. */
    grid: ((x: number, y: number) => readonly [x: number, y: number]) | undefined
  }
}

/** What a watched device offers; the limits are what it says, whatever the real one allows. */
export interface WatchedOptions {
  readonly device?: GpuDevice
  readonly limits?: Readonly<Record<string, number>>
  readonly features?: ReadonlyArray<string>
}

/** A device of a test's own that is watched. */
export const watchedDevice = async ({ device, limits = {}, features = [] }: WatchedOptions = {}): Promise<Watched> => {
  const real = device ?? (await ownDevice({}, features))
  const live = new Map<object, { readonly label: string; readonly size: number }>()
  const sets = new Set<object>()
  const scopes: Array<{ readonly filter: string; error: GpuError | null }> = []
  const counts = { buffers: 0, bindGroups: 0, modules: 0, pipelines: 0, submits: 0 }
  const [uncaptured, events]: [Array<string>, Array<string>] = [[], []]
  const grids: Array<readonly [number, number]> = []
  const faults: Watched["faults"] = {
    outOfMemory: undefined,
    source: undefined,
    mapping: undefined,
    compiling: undefined,
    telling: undefined,
    grid: undefined
  }
  let isDestroyed = false
  let lose: Watched["lose"] = () => undefined
  const lost = Promise.race([
    real.lost,
    new Promise<{ readonly reason: string; readonly message: string }>((resolve) => {
      lose = (message) => resolve({ reason: "unknown", message })
    })
  ])
  const listening = real as unknown as {
    readonly addEventListener: (name: string, listen: (event: { readonly error: GpuError }) => void) => void
  }
  listening.addEventListener("uncapturederror", ({ error }) => uncaptured.push(error.message))

  const invalidBuffer = (usage: number): GpuBuffer => {
    real.pushErrorScope("validation")
    const buffer = real.createBuffer({ size: 4 + (real.limits["maxBufferSize"] as number), usage })
    real.popErrorScope()
    return buffer
  }
  const createBuffer: GpuDevice["createBuffer"] = (options) => {
    counts.buffers++
    const { label = "", size, usage } = options
    if (faults.outOfMemory?.(label, size) === true) {
      const scope = scopes.findLast(({ filter }) => filter === "out-of-memory")
      if (scope === undefined) uncaptured.push(`no memory for ${label}`)
      else scope.error = { message: "not enough memory" }
      return invalidBuffer(usage)
    }
    const buffer = real.createBuffer(options)
    live.set(buffer, { label, size })
    const { destroy, mapAsync } = buffer
    const watched = {
      destroy: () => {
        live.delete(buffer)
        destroy.call(buffer)
      },
      mapAsync: async (mode: number) => {
        await mapAsync.call(buffer, mode)
        await faults.mapping
        events.push("arrived")
      }
    }
    return Object.assign(buffer, watched)
  }
  const queue: GpuDevice["queue"] = {
    submit: (commands) => {
      counts.submits++
      events.push("submit")
      return real.queue.submit(commands)
    },
    writeBuffer: (...given) => real.queue.writeBuffer(...given),
    onSubmittedWorkDone: () => real.queue.onSubmittedWorkDone()
  }
  const watched: GpuDevice = {
    ...(real.adapterInfo === undefined ? {} : { adapterInfo: real.adapterInfo }),
    limits: new Proxy(real.limits, { get: (all, name: string) => limits[name] ?? all[name] }),
    features: { has: (feature) => real.features.has(feature) },
    queue,
    lost,
    createBuffer,
    createShaderModule: ({ code, ...others }) => {
      counts.modules++
      return real.createShaderModule({ ...others, code: faults.source?.(code) ?? code })
    },
    createBindGroupLayout: (options) => real.createBindGroupLayout(options),
    createPipelineLayout: (options) => real.createPipelineLayout(options),
    createComputePipelineAsync: async (options) => {
      counts.pipelines++
      const pipeline = await real.createComputePipelineAsync(options)
      await faults.compiling
      return pipeline
    },
    createBindGroup: (options) => {
      counts.bindGroups++
      return real.createBindGroup(options)
    },
    createCommandEncoder: () => {
      const encoder = real.createCommandEncoder()
      const { beginComputePass } = encoder
      return Object.assign(encoder, {
        beginComputePass: (options: Parameters<typeof beginComputePass>[0]) => {
          const pass = options === undefined ? beginComputePass.call(encoder) : beginComputePass.call(encoder, options)
          const { dispatchWorkgroups } = pass
          return Object.assign(pass, {
            dispatchWorkgroups: (x: number, y = 1) => {
              const grid = faults.grid?.(x, y) ?? ([x, y] as const)
              grids.push(grid)
              return dispatchWorkgroups.call(pass, ...grid)
            }
          })
        }
      })
    },
    createQuerySet: (options) => {
      const set = real.createQuerySet(options)
      sets.add(set)
      const { destroy } = set
      return Object.assign(set, {
        destroy: () => {
          sets.delete(set)
          destroy.call(set)
        }
      })
    },
    pushErrorScope: (filter) => {
      scopes.push({ filter, error: null })
      return real.pushErrorScope(filter)
    },
    popErrorScope: async () => {
      const scope = scopes.pop()
      const error = await real.popErrorScope()
      await faults.telling
      return scope?.error ?? error
    },
    destroy: () => {
      isDestroyed = true
      return real.destroy()
    }
  }
  return {
    device: watched,
    real,
    counts: () => ({ ...counts }),
    bytes: () => [...live.values()].reduce((sum, { size }) => sum + size, 0),
    labels: () => [...live.values()].map(({ label }) => label).sort(),
    querySets: () => sets.size,
    isDestroyed: () => isDestroyed,
    uncaptured,
    events,
    grids,
    lose: (reason) => lose(reason),
    faults
  }
}
