import { CompileFailure } from "../../error/compileFailure.ts"
import { MemoryError } from "../../error/memoryError.ts"
import type { GpuBuffer, GpuDevice } from "../gpu/api.ts"
import { bufferUsage } from "../gpu/api.ts"
import { checked } from "../gpu/checked.ts"
import { makeBuffer } from "../gpu/makeBuffer.ts"
import { name } from "../name.ts"
import { type Gathering, type Moved, resolveGathering } from "../program/gathering.ts"
import type { KernelExceeds } from "../program/kernels.ts"
import type { ProgramKernels } from "../program/locating.ts"
import type { KernelRefused, Pipeline } from "../program/pipelines.ts"
import type { KernelText, ProgramTexts } from "../program/programTexts.ts"
import type { Located, Resolution } from "../program/resolution.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import { gridOf } from "../wgsl/shaderSource.ts"
import type { Command, Copy } from "./command.ts"
import type { GpuHost } from "./host.ts"

/** A program's commands on certain slots, and the buffers that only they use. */
export interface Prepared {
  readonly commands: ReadonlyArray<Command>
  readonly release: () => void
}

/** A limit of the device that a kernel does not keep to. */
export const limitError = ({ kernel, limit, needed, allowed }: KernelExceeds): CompileFailure | MemoryError => {
  if (limit === "maxStorageBufferBindingSize") {
    const purpose = `the kernel "${kernel}" (the device's ${limit})`
    return new MemoryError({ device: name, purpose, bytes: needed, available: allowed })
  }
  const reason = `it is bound to ${needed} buffers, and the device's ${limit} is ${allowed}`
  return new CompileFailure({ stage: `the kernel "${kernel}"`, reason })
}

/** A kernel that the device refuses, with its text. */
const refusal = ({ kernel, reason, source }: KernelRefused): CompileFailure =>
  new CompileFailure({ stage: `the kernel "${kernel}"`, reason: `${reason}\n${source}` })

const pipelineOf = async (
  { pipelines }: GpuHost,
  { name }: Kernel,
  { source, resolution: { binding } }: KernelText<unknown>
): Promise<Pipeline> => {
  const found = await pipelines.of(name, source, binding.windows.length, binding.hasTable)
  if ("reason" in found) throw refusal(found)
  return found
}

/**
 * Compiles a program's kernels as they will most likely be bound, side by side. Those with the longest texts, which take
 * longest, come first, so that none of them is waited for alone at the end; and before them those that are written already,
 * so that compilers have something to do while the others are written.
 */
export const compileAhead = async (host: GpuHost, { expected, of }: ProgramTexts): Promise<void> => {
  const compile = (these: ProgramTexts["expected"]): Promise<unknown> => {
    const texts = these.map(({ dispatch: { kernel }, resolution }) => ({ kernel, ...of(kernel, resolution) }))
    const longestFirst = texts.toSorted((a, b) => b.source.length - a.source.length)
    return Promise.all(longestFirst.map(({ kernel, ...text }) => pipelineOf(host, kernel, text)))
  }
  const isWritten = ({ dispatch }: ProgramTexts["expected"][number]): boolean => dispatch.kernel.mayReadSizes === true
  const written = compile(expected.filter(isWritten))
  // What was asked of the device goes to it when this turn is over.
  await Promise.resolve()
  await Promise.all([written, compile(expected.filter((each) => !isWritten(each)))])
}

/** Where a buffer's place is taken by one that is made when it is known how large it has to be. */
const gathered = "gathered"

type Place = GpuBuffer | typeof gathered

/** A part of a kernel, and the pipeline that runs it. */
interface Part {
  readonly resolution: Resolution<Place>
  readonly pipeline: Pipeline
}

/** A kernel of a program as it is bound. */
interface Bound extends Gathering<Place> {
  readonly kernel: Kernel
  readonly regions: ReadonlyArray<number>
  readonly parts: ReadonlyArray<Part>
}

/** Finds the commands of a program whose block and slots lie where they do. */
export const prepare = async (
  host: GpuHost,
  kernels: ProgramKernels,
  texts: ProgramTexts,
  block: GpuBuffer,
  slot: (number: number, bytes: number) => Located<GpuBuffer>
): Promise<Prepared> => {
  const { device, target } = host
  const found = kernels.dispatches.map(({ kernel, regions }) => {
    const gathering = resolveGathering<Place>(kernel, kernels, { block, slot, gathered }, target.limits)
    if ("limit" in gathering) throw limitError({ ...gathering, kernel: kernel.name })
    return { ...gathering, kernel, regions }
  })
  const bound = await Promise.all(
    found.map(async (each): Promise<Bound> => {
      const parts = each.resolutions.map(async (asked) => {
        const text = texts.of(each.kernel, asked)
        return { resolution: text.resolution, pipeline: await pipelineOf(host, each.kernel, text) }
      })
      return { ...each, parts: await Promise.all(parts) }
    })
  )
  const room = Math.max(...bound.map(({ bytes }) => bytes), 0)
  const together = room === 0 ? undefined : await gatheringBuffer(device, room)
  const tableBytes = bound
    .flatMap(({ parts }) => parts)
    .reduce((sum, { resolution: { table } }) => sum + tableSize(table), 0)
  const make = (): Prepared => bind(device, bound, together)
  try {
    return await checked(device, "a table of a program", tableBytes, make, ({ release }) => release())
  } catch (cause) {
    together?.destroy()
    throw cause
  }
}

const gatheringBuffer = (device: GpuDevice, size: number): Promise<GpuBuffer> => {
  const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
  return makeBuffer(device, { label: "residual gathered slots", purpose: "a buffer for several slots", size, usage })
}

const bind = (device: GpuDevice, bound: ReadonlyArray<Bound>, together: GpuBuffer | undefined): Prepared => {
  const own: Array<GpuBuffer> = together === undefined ? [] : [together]
  const bufferOf = (place: Place): GpuBuffer => (place === gathered ? (together as GpuBuffer) : place)
  const commandOf = ({ kernel, regions }: Bound, { resolution, pipeline: { pipeline, layout } }: Part): Command => {
    const { windows, table, groups } = resolution
    const entries = windows.map(({ memory, offset, bytes }, binding) => ({
      binding,
      resource: { buffer: bufferOf(memory), offset, size: bytes }
    }))
    if (table.length > 0) {
      const buffer = tableBuffer(device, table)
      own.push(buffer)
      entries.push({ binding: windows.length, resource: { buffer, offset: 0, size: tableSize(table) } })
    }
    const [x, y] = gridOf(groups)
    const group = device.createBindGroup({ layout, entries })
    return { pipeline, group, x, y, kernel: kernel.name, regions, before: [], after: [] }
  }
  const commands = bound.flatMap((each) => {
    const { moved, parts } = each
    const copies = moved.map((slot) => copiesOf(slot, bufferOf))
    const commands = parts.map((part) => commandOf(each, part))
    return commands.map((command, at) => ({
      ...command,
      before: at === 0 ? copies.map(({ there }) => there) : [],
      after: at === commands.length - 1 ? copies.flatMap(({ back }) => back) : []
    }))
  })
  const release = (): void => {
    for (const buffer of own) buffer.destroy()
  }
  return { commands, release }
}

/** How a slot comes to where slots are gathered, and back where it is written. */
const copiesOf = ({ from, offset, isWritten }: Moved<Place>, bufferOf: (place: Place) => GpuBuffer) => {
  const [own, shared] = [bufferOf(from.memory), bufferOf(gathered)]
  const there: Copy = { from: own, fromOffset: from.offset, to: shared, toOffset: offset, bytes: from.bytes }
  const back: Copy = { from: shared, fromOffset: offset, to: own, toOffset: from.offset, bytes: from.bytes }
  return { there, back: isWritten ? [back] : [] }
}

const tableSize = (words: ReadonlyArray<number>): number => Math.max(16, 4 * words.length)

const tableBuffer = (device: GpuDevice, words: ReadonlyArray<number>): GpuBuffer => {
  const usage = bufferUsage.storage | bufferUsage.copyTarget
  const buffer = device.createBuffer({ label: "residual table", size: tableSize(words), usage })
  device.queue.writeBuffer(buffer, 0, Int32Array.from(words))
  return buffer
}
