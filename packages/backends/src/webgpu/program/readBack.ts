import type { TensorType } from "@residual/core"
import * as Tensor from "../../tensor.ts"
import { bufferUsage, type GpuBuffer, type GpuCommandEncoder, type GpuDevice, mapRead } from "../gpu/api.ts"
import { bytesOf } from "./memoryPlan.ts"
import { readWords } from "./words.ts"

/** Something on the device that is wanted on the host. */
export interface Wanted {
  readonly name: string
  readonly type: TensorType.TensorType
  readonly buffer: GpuBuffer
  readonly offset: number
}

/** Moves values back. The buffers that they come by are used again. */
export interface ReadBack {
  /** Notes copies of values among other commands; when these are submitted, what is returned tells the values. */
  readonly copy: (
    encoder: GpuCommandEncoder,
    wanted: ReadonlyArray<Wanted>
  ) => () => Promise<Readonly<Record<string, Tensor.Tensor>>>
  /** Waits for what is on its way, and lets go of all buffers. */
  readonly destroy: () => Promise<void>
}

const nothing = (): Promise<Readonly<Record<string, Tensor.Tensor>>> => Promise.resolve({})

/** Sizes are rounded up to this, so that a buffer is of use for others. */
const unit = 256

/** Moves values back from a device. */
export const makeReadBack = (device: GpuDevice): ReadBack => {
  const free = new Map<number, Array<GpuBuffer>>()
  const all = new Set<GpuBuffer>()
  const onTheWay = new Set<Promise<undefined>>()

  const take = (size: number): GpuBuffer => {
    const ready = free.get(size)?.pop()
    if (ready !== undefined) return ready
    const buffer = device.createBuffer({
      label: "residual read-back",
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyTarget
    })
    all.add(buffer)
    return buffer
  }
  const give = (buffer: GpuBuffer): void => {
    const ready = free.get(buffer.size)
    if (ready === undefined) free.set(buffer.size, [buffer])
    else ready.push(buffer)
  }
  const discard = (buffer: GpuBuffer): void => {
    all.delete(buffer)
    buffer.destroy()
  }
  return {
    copy: (encoder, wanted) => {
      let bytes = 0
      const places = wanted.map(({ type }) => {
        const offset = bytes
        bytes += bytesOf(type)
        return offset
      })
      if (wanted.length === 0) return nothing
      const buffer = take(Math.max(unit, Math.ceil(bytes / unit) * unit))
      for (const [at, { type, buffer: from, offset }] of wanted.entries()) {
        if (bytesOf(type) > 0) encoder.copyBufferToBuffer(from, offset, buffer, places[at] as number, bytesOf(type))
      }
      const arrive = async (): Promise<Readonly<Record<string, Tensor.Tensor>>> => {
        try {
          await buffer.mapAsync(mapRead)
          const mapped = buffer.getMappedRange()
          const found: Record<string, Tensor.Tensor> = {}
          for (const [at, { name, type }] of wanted.entries()) {
            found[name] = Tensor.adopt(type, readWords(type, mapped, places[at] as number))
          }
          buffer.unmap()
          give(buffer)
          return found
        } catch (cause) {
          discard(buffer)
          throw cause
        }
      }
      return () => {
        const arriving = arrive()
        const settled = arriving.then(
          () => undefined,
          () => undefined
        )
        onTheWay.add(settled)
        settled.then(() => onTheWay.delete(settled))
        return arriving
      }
    },
    destroy: async () => {
      await Promise.all(onTheWay)
      for (const buffer of all) buffer.destroy()
      all.clear()
      free.clear()
    }
  }
}
