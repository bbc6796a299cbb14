import { TensorType } from "@residual/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Device } from "../device.ts"
import type { DeviceUnavailable } from "../error/deviceUnavailable.ts"
import { ExecutionError } from "../error/executionError.ts"
import type { Tensor } from "../tensor.ts"
import { claims } from "./claims.ts"
import { acquireDevice, type GpuChoice } from "./gpu/acquireDevice.ts"
import { checked } from "./gpu/checked.ts"
import { watchLoss } from "./gpu/loss.ts"
import { identityOf } from "./identityOf.ts"
import { makeHeap } from "./memory/heap.ts"
import { name } from "./name.ts"
import type { KernelTarget } from "./program/kernels.ts"
import { bytesOf } from "./program/memoryPlan.ts"
import { makePipelines } from "./program/pipelines.ts"
import { makeReadBack } from "./program/readBack.ts"
import { writeWords } from "./program/words.ts"
import { attempt, type GpuHost } from "./run/host.ts"
import { loadProgram } from "./run/loadProgram.ts"
import type { GpuSlot } from "./run/runner.ts"

/**
 * How the WebGPU backend runs.
 *
 * ```ts
 * import type { WebGpuOptions } from "@residual/backends/webgpu"
 * const options: WebGpuOptions = { powerPreference: "high-performance", halfPrecision: true }
 * options.halfPrecision // => true
 * ```
 */
export interface WebGpuOptions extends GpuChoice {
  /** Whether invocations of a subgroup may hand each other numbers: where the device has subgroups by default. */
  readonly subgroups?: boolean
  /**
   * Whether floats that pass between kernels are kept in 16 bits, which takes half the memory and half the time to move: as
   * far as they stay within the step. They are computed with, and added up, in 32 bits; parameters, states, inputs and outputs
   * have 32. Each value that is kept so is off by up to 2⁻¹¹, relatively, is 0 below 3·10⁻⁸, and infinite beyond 65,504: gradients
   * may have to be scaled. It needs a GPU that has `shader-f16`; off by default.
   */
  readonly halfPrecision?: boolean
  /** Bytes that may be live at once: 2³² by default; the device may have less. */
  readonly bytes?: number
}

/** A tensor that no kernel could compute with, and that would not come back as it was given. */
const tooWide = (type: TensorType.TensorType): ExecutionError => {
  const reason = "GPUs keep floats of 32 bits: use f32, or the cpu or reference backend"
  return new ExecutionError({ device: name, op: "store", operands: [type], reason })
}

/**
 * The WebGPU backend's device: every region of a program is a kernel, specialised to its shapes, and a run is one
 * submission of commands. Fails with a `DeviceUnavailable` where there is no GPU to be had.
 *
 * ```ts
 * import { webGpuDevice } from "@residual/backends/webgpu"
 * import { Effect } from "effect"
 * const name = Effect.map(webGpuDevice(), (device) => device.name)
 * const said = Effect.match(Effect.scoped(name), { onSuccess: (is) => is, onFailure: ({ device }) => device })
 * await Effect.runPromise(said) // => "webgpu"
 * ```
 */
export const webGpuDevice = (
  options: WebGpuOptions = {}
): Effect.Effect<Device<GpuSlot>, DeviceUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, info, subgroups } = yield* acquireDevice(
      options.halfPrecision === true
        ? { ...options, requiredFeatures: [...(options.requiredFeatures ?? []), "shader-f16"] }
        : options
    )
    const loss = watchLoss(device)
    const alignment = Math.max(256, device.limits["minStorageBufferOffsetAlignment"] as number)
    const mayUseSubgroups = options.subgroups !== false && subgroups !== undefined
    const target: KernelTarget = {
      context: {
        limits: {
          sharedBytes: device.limits["maxComputeWorkgroupStorageSize"] as number,
          threads: device.limits["maxComputeInvocationsPerWorkgroup"] as number
        },
        subgroups: mayUseSubgroups,
        ...(mayUseSubgroups ? { subgroupSize: subgroups.least } : {}),
        vectors: true
      },
      limits: {
        bindings: device.limits["maxStorageBuffersPerShaderStage"] as number,
        bytes: device.limits["maxStorageBufferBindingSize"] as number,
        alignment
      },
      half: options.halfPrecision === true
    }
    const heap = yield* Effect.acquireRelease(
      Effect.sync(() => makeHeap(device, alignment)),
      ({ destroy }) => Effect.sync(destroy)
    )
    const host: GpuHost = { device, heap, pipelines: makePipelines(device), target, loss }
    const readBack = yield* Effect.acquireRelease(
      Effect.sync(() => makeReadBack(device, loss, false)),
      ({ destroy }) => Effect.promise(destroy)
    )
    return {
      name,
      identity: identityOf(target, info),
      limits: { bytes: options.bytes ?? 2 ** 32 },
      claims,
      upload: (tensor) => {
        const { type } = tensor
        if (type.dtype === "f64") return Effect.fail(tooWide(type))
        const bytes = bytesOf(type)
        const purpose = `a tensor of ${TensorType.print(type)}`
        const write = async (): Promise<GpuSlot> => {
          const taken = await heap.take(bytes, purpose)
          try {
            const data = new ArrayBuffer(bytes)
            writeWords(type, tensor["~elements"], data, 0)
            if (bytes > 0) {
              const { buffer, offset } = taken
              await checked(device, purpose, bytes, () => device.queue.writeBuffer(buffer, offset, data))
            }
            return { taken, type }
          } catch (cause) {
            heap.give(taken)
            throw cause
          }
        }
        return attempt(host, write, ({ taken }) => heap.give(taken))
      },
      download: ({ taken, type }) =>
        attempt(host, async () => {
          await readBack.reserve([type])
          const encoder = device.createCommandEncoder()
          const moved = readBack.copy(encoder, [{ name: "value", type, buffer: taken.buffer, offset: taken.offset }])
          device.queue.submit([encoder.finish()])
          const { value } = await moved()
          return value as Tensor
        }),
      release: ({ taken }) => Effect.sync(() => heap.give(taken)),
      load: (program) => loadProgram(host, program)
    }
  })
