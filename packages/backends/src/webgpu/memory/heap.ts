import type { GpuBuffer, GpuDevice } from "../gpu/api.ts"
import { bufferUsage } from "../gpu/api.ts"

/** Memory in one of the device's buffers. */
export interface Taken {
  readonly buffer: GpuBuffer
  readonly offset: number
  readonly bytes: number
}

/** Memory for what outlives runs. Much of it lies in one buffer, so that kernels over many tensors need few. */
export interface Heap {
  readonly take: (bytes: number) => Taken
  readonly give: (taken: Taken) => void
  readonly destroy: () => void
}

interface Segment {
  readonly buffer: GpuBuffer
  readonly size: number
  readonly free: Array<{ offset: number; bytes: number }>
}

/** The first buffer of a heap; each further one is twice as large as the one before. */
const firstSegment = 2 ** 24

/** A heap that has no buffer until something is taken. */
export const makeHeap = (device: GpuDevice, alignment: number): Heap => {
  const most =
    Math.floor(
      Math.min(device.limits["maxBufferSize"] as number, device.limits["maxStorageBufferBindingSize"] as number) / 256
    ) * 256
  const segments: Array<Segment> = []
  let next = firstSegment
  const aligned = (bytes: number): number => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

  const grow = (bytes: number): Segment => {
    const size = Math.max(bytes, Math.min(most, next))
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
    const buffer = device.createBuffer({ label: "residual slots", size, usage })
    const segment: Segment = { buffer, size, free: [{ offset: 0, bytes: size }] }
    segments.push(segment)
    next = Math.min(most, size * 2)
    return segment
  }
  return {
    take: (wanted) => {
      const bytes = aligned(wanted)
      const fits = ({ free }: Segment): boolean => free.some((hole) => hole.bytes >= bytes)
      const { buffer, free } = segments.find(fits) ?? grow(bytes)
      const at = free.findIndex((hole) => hole.bytes >= bytes)
      const hole = free[at] as Segment["free"][number]
      const offset = hole.offset
      if (hole.bytes === bytes) free.splice(at, 1)
      else free[at] = { offset: offset + bytes, bytes: hole.bytes - bytes }
      return { buffer, offset, bytes }
    },
    give: ({ buffer, offset, bytes }) => {
      const at = segments.findIndex((segment) => segment.buffer === buffer)
      const segment = segments[at]
      if (segment === undefined) return
      const { free, size } = segment
      const place = free.findIndex((hole) => hole.offset > offset)
      free.splice(place < 0 ? free.length : place, 0, { offset, bytes })
      for (let i = free.length - 2; i >= 0; i--) {
        const [left, right] = [free[i], free[i + 1]] as [Segment["free"][number], Segment["free"][number]]
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
