import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Device } from "../device.ts"
import { DeviceLost } from "../error/deviceLost.ts"
import type { Tensor } from "../tensor.ts"
import { claims } from "./claims.ts"
import { acquireDevice, type GpuChoice } from "./gpu/acquireDevice.ts"
import { makeHeap } from "./memory/heap.ts"
import type { KernelTarget } from "./program/kernels.ts"
import { bytesOf } from "./program/memoryPlan.ts"
import { makePipelines } from "./program/pipelines.ts"
import { makeReadBack } from "./program/readBack.ts"
import { writeWords } from "./program/words.ts"
import { attempt, checked, type GpuHost, name } from "./run/host.ts"
import { loadProgram } from "./run/loadProgram.ts"
import type { GpuSlot } from "./run/runner.ts"

/** How the WebGPU backend runs. */
export interface WebGpuOptions extends GpuChoice {
  /** Whether invocations of a subgroup may hand each other numbers: where the device has subgroups by default. */
  readonly subgroups?: boolean
  /** Bytes that may be live at once: 2³² by default; the device may have less. */
  readonly bytes?: number
}

/**
 * The WebGPU backend's device: every region of a program is a kernel, specialised to its shapes, and a run is one
 * submission of commands. Fails with a `DeviceLost` where there is no GPU to be had.
 */
export const webGpuDevice = (options: WebGpuOptions = {}): Effect.Effect<Device<GpuSlot>, DeviceLost, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, subgroups } = yield* acquireDevice(options)
    let lost: DeviceLost | undefined
    device.lost.then(({ reason, message }) => {
      lost = new DeviceLost({ device: name, reason: message === "" ? reason : message })
    })
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
      }
    }
    const heap = yield* Effect.acquireRelease(
      Effect.sync(() => makeHeap(device, alignment)),
      ({ destroy }) => Effect.sync(destroy)
    )
    const host: GpuHost = { device, heap, pipelines: makePipelines(device), target, lost: () => lost }
    const readBack = yield* Effect.acquireRelease(
      Effect.sync(() => makeReadBack(device)),
      ({ destroy }) => Effect.promise(destroy)
    )
    return {
      name,
      limits: { bytes: options.bytes ?? 2 ** 32 },
      claims,
      upload: (tensor) =>
        attempt(host, () =>
          checked(host, "a tensor", bytesOf(tensor.type), () => {
            const { type } = tensor
            const taken = heap.take(bytesOf(type))
            const data = new ArrayBuffer(bytesOf(type))
            writeWords(type, tensor["~elements"], data, 0)
            if (data.byteLength > 0) device.queue.writeBuffer(taken.buffer, taken.offset, data)
            return { taken, type }
          })
        ),
      download: ({ taken, type }) =>
        attempt(host, async () => {
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
