import { CompileFailure } from "../../error/compileFailure.ts"
import { MemoryError } from "../../error/memoryError.ts"
import type { GpuBuffer, GpuDevice, GpuHandle } from "../gpu/api.ts"
import { bufferUsage } from "../gpu/api.ts"
import { locating, type ProgramKernels } from "../program/kernels.ts"
import type { KernelRefused, Pipeline } from "../program/pipelines.ts"
import { type Exceeded, type Located, type Resolution, resolve } from "../program/resolution.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import { gridOf, shaderSource } from "../wgsl/shaderSource.ts"
import { type GpuHost, name } from "./host.ts"

/** A dispatch that is ready to be encoded. */
export interface Command {
  readonly pipeline: GpuHandle
  readonly group: GpuHandle
  readonly x: number
  readonly y: number
  readonly kernel: string
  readonly regions: ReadonlyArray<number>
}

/** A program's commands on certain slots, and the tables that they read. */
export interface Prepared {
  readonly commands: ReadonlyArray<Command>
  readonly tables: ReadonlyArray<GpuBuffer>
}

/** A limit of the device that a program does not keep to. */
export const limitError = ({ limit, needed, allowed }: Exceeded): MemoryError =>
  new MemoryError({ device: name, purpose: `a kernel's ${limit}`, bytes: needed, available: allowed })

/** A kernel that the device refuses, with its text. */
const refusal = ({ kernel, reason, source }: KernelRefused): CompileFailure =>
  new CompileFailure({ stage: `the kernel "${kernel}"`, reason: `${reason}\n${source}` })

const pipelineOf = async (
  { pipelines }: GpuHost,
  kernel: Kernel,
  { binding, groups }: Resolution<unknown>
): Promise<Pipeline> => {
  const source = shaderSource(kernel, binding, groups)
  const found = await pipelines.of(kernel.name, source, binding.windows.length, binding.hasTable)
  if ("reason" in found) throw refusal(found)
  return found
}

/** Compiles kernels as they will most likely be bound, all side by side. */
export const compileAhead = async (
  host: GpuHost,
  kernels: ReadonlyArray<{ readonly kernel: Kernel; readonly resolutions: ReadonlyArray<Resolution<unknown>> }>
): Promise<void> => {
  await Promise.all(
    kernels.flatMap(({ kernel, resolutions }) => resolutions.map((resolution) => pipelineOf(host, kernel, resolution)))
  )
}

const tableBuffer = (device: GpuDevice, words: ReadonlyArray<number>): GpuBuffer => {
  const data = Int32Array.from(words)
  const buffer = device.createBuffer({
    label: "residual table",
    size: Math.max(16, data.byteLength),
    usage: bufferUsage.storage | bufferUsage.copyTarget
  })
  device.queue.writeBuffer(buffer, 0, data)
  return buffer
}

/** Finds the commands of a program whose block and slots lie where they do. */
export const prepare = async (
  host: GpuHost,
  kernels: ProgramKernels,
  block: GpuBuffer,
  slot: (number: number, bytes: number) => Located<GpuBuffer>
): Promise<Prepared> => {
  const { device, target } = host
  const locate = locating(kernels, block, slot)
  const tables: Array<GpuBuffer> = []
  const found = kernels.dispatches.map(({ kernel, regions }) => {
    const resolutions = resolve(kernel, locate, target.limits)
    if ("limit" in resolutions) throw limitError(resolutions)
    return { kernel, regions, resolutions }
  })
  const commands = await Promise.all(
    found.flatMap(({ kernel, regions, resolutions }) =>
      resolutions.map(async (resolution): Promise<Command> => {
        const { pipeline, layout } = await pipelineOf(host, kernel, resolution)
        const { windows, table, groups } = resolution
        const entries = windows.map(({ memory, offset, bytes }, binding) => ({
          binding,
          resource: { buffer: memory, offset, size: Math.max(4, bytes) }
        }))
        if (table.length > 0) {
          const buffer = tableBuffer(device, table)
          tables.push(buffer)
          entries.push({ binding: windows.length, resource: { buffer, offset: 0, size: buffer.size } })
        }
        const [x, y] = gridOf(groups)
        return { pipeline, group: device.createBindGroup({ layout, entries }), x, y, kernel: kernel.name, regions }
      })
    )
  )
  return { commands, tables }
}
