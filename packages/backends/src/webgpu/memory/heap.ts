import { MemoryError } from "../../error/memoryError.ts"
import type { GpuBuffer, GpuDevice } from "../gpu/api.ts"
import { bufferUsage } from "../gpu/api.ts"
import { makeBuffer } from "../gpu/makeBuffer.ts"
import { name } from "../name.ts"

/** Memory in one of the device's buffers. */
export interface Taken {
  readonly buffer: GpuBuffer
  readonly offset: number
  readonly bytes: number
}

/** Memory for what outlives runs. Much of it lies in one buffer, so that kernels over many tensors need few. */
export interface Heap {
  /** Throws a `MemoryError` where the device has not the room, which changes nothing. */
  readonly take: (bytes: number, purpose: string) => Promise<Taken>
  readonly give: (taken: Taken) => void
  readonly destroy: () => void
}

interface Hole {
  readonly offset: number
  readonly bytes: number
}

interface Segment {
  readonly buffer: GpuBuffer
  readonly size: number
  readonly free: Array<Hole>
}

/** The first buffer of a heap; each further one is twice as large as the one before. */
const firstSegment = 2 ** 24

/** A heap that has no buffer until something is taken. */
export const makeHeap = (device: GpuDevice, alignment: number): Heap => {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits as Readonly<Record<string, number>>
  const limit =
    (maxBufferSize as number) < (maxStorageBufferBindingSize as number)
      ? "maxBufferSize"
      : "maxStorageBufferBindingSize"
  const most = Math.floor((device.limits[limit] as number) / alignment) * alignment
  const segments: Array<Segment> = []
  let next = firstSegment
  const aligned = (bytes: number): number => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

  const makeSegment = async (size: number, purpose: string): Promise<Segment> => {
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
    const buffer = await makeBuffer(device, { label: "residual slots", purpose, size, usage })
    return { buffer, size, free: [{ offset: 0, bytes: size }] }
  }
  const grow = async (bytes: number, purpose: string): Promise<Segment> => {
    const size = Math.max(bytes, Math.min(most, next))
    const segment = await makeSegment(size, purpose).catch((cause: unknown) => {
      // What is needed may be there where room for more is not.
      if (cause instanceof MemoryError && bytes < size) return makeSegment(bytes, purpose)
      throw cause
    })
    segments.push(segment)
    next = Math.min(most, segment.size * 2)
    return segment
  }
  const takeIn = ({ buffer, free }: Segment, bytes: number): Taken => {
    const at = free.findIndex((hole) => hole.bytes >= bytes)
    const { offset, bytes: room } = free[at] as Hole
    if (room === bytes) free.splice(at, 1)
    else free[at] = { offset: offset + bytes, bytes: room - bytes }
    return { buffer, offset, bytes }
  }
  return {
    take: async (wanted, purpose) => {
      const bytes = aligned(wanted)
      if (bytes > most) {
        throw new MemoryError({
          device: name,
          purpose: `${purpose} (the device's ${limit})`,
          bytes: wanted,
          available: most
        })
      }
      const fitting = segments.find(({ free }) => free.some((hole) => hole.bytes >= bytes))
      return takeIn(fitting ?? (await grow(bytes, purpose)), bytes)
    },
    give: ({ buffer, offset, bytes }) => {
      const at = segments.findIndex((segment) => segment.buffer === buffer)
      const segment = segments[at]
      if (segment === undefined) return
      const { free, size } = segment
      const place = free.findIndex((hole) => hole.offset > offset)
      free.splice(place < 0 ? free.length : place, 0, { offset, bytes })
      for (let i = free.length - 2; i >= 0; i--) {
        const [left, right] = [free[i], free[i + 1]] as [Hole, Hole]
        if (left.offset + left.bytes === right.offset)
          free.splice(i, 2, { offset: left.offset, bytes: left.bytes + right.bytes })
      }
      if (free[0]?.bytes !== size) return
      buffer.destroy()
      segments.splice(at, 1)
      if (segments.length === 0) next = firstSegment
    },
    destroy: () => {
      for (const { buffer } of segments.splice(0)) buffer.destroy()
    }
  }
}
