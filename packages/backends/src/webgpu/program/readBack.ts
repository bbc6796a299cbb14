import type { TensorType } from "@residual/core"
import * as Tensor from "../../tensor.ts"
import { bufferUsage, type GpuBuffer, type GpuCommandEncoder, type GpuDevice, mapRead } from "../gpu/api.ts"
import type { Loss } from "../gpu/loss.ts"
import { makeBuffer } from "../gpu/makeBuffer.ts"
import { bytesOf } from "./memoryPlan.ts"
import { readWords } from "./words.ts"

/** Something on the device that is wanted on the host. */
export interface Wanted {
  readonly name: string
  readonly type: TensorType.TensorType
  readonly buffer: GpuBuffer
  readonly offset: number
}

type Values = Readonly<Record<string, Tensor.Tensor>>

/** Moves values back. The buffers that they come by are used again, where that is wished for. */
export interface ReadBack {
  /** Sees to it that values of these types can be copied; what it returns is to be waited for. */
  readonly reserve: (types: ReadonlyArray<TensorType.TensorType>) => Promise<void> | undefined
  /** Notes copies of values among other commands; when these are submitted, what is returned tells the values. */
  readonly copy: (encoder: GpuCommandEncoder, wanted: ReadonlyArray<Wanted>) => () => Promise<Values>
  /** Waits for what is on its way, and lets go of all buffers. */
  readonly destroy: () => Promise<void>
}

/** Sizes are rounded up to this, so that a buffer is of use for others. */
const unit = 256

/** The size of a buffer that holds values of some types, and where in it each of them lies. */
const layoutOf = (types: ReadonlyArray<TensorType.TensorType>) => {
  let bytes = 0
  const places = types.map((type) => {
    const offset = bytes
    bytes += bytesOf(type)
    return offset
  })
  return { size: Math.ceil(bytes / unit) * unit, places }
}

const valuesIn = (wanted: ReadonlyArray<Wanted>, places: ReadonlyArray<number>, memory: ArrayBuffer): Values =>
  Object.fromEntries(
    wanted.map(({ name, type }, at) => [name, Tensor.adopt(type, readWords(type, memory, places[at] as number))])
  )

/** Moves values back from a device; keeps the buffers that they came by for others, or lets go of them at once. */
export const makeReadBack = (device: GpuDevice, loss: Loss, keeps: boolean): ReadBack => {
  const free = new Map<number, Array<GpuBuffer>>()
  const all = new Set<GpuBuffer>()
  const onTheWay = new Set<Promise<unknown>>()
  let isOpen = true

  const give = (buffer: GpuBuffer): void => {
    const ready = free.get(buffer.size)
    if (ready === undefined) free.set(buffer.size, [buffer])
    else ready.push(buffer)
  }
  const discard = (buffer: GpuBuffer): void => {
    all.delete(buffer)
    buffer.destroy()
  }
  const make = async (size: number): Promise<void> => {
    const usage = bufferUsage.mapRead | bufferUsage.copyTarget
    const buffer = await makeBuffer(device, {
      label: "residual read-back",
      purpose: "a buffer for outputs",
      size,
      usage
    })
    all.add(buffer)
    if (isOpen) give(buffer)
    else discard(buffer)
  }
  return {
    reserve: (types) => {
      const { size } = layoutOf(types)
      return size === 0 || (free.get(size)?.length ?? 0) > 0 ? undefined : make(size)
    },
    copy: (encoder, wanted) => {
      const { size, places } = layoutOf(wanted.map(({ type }) => type))
      if (size === 0) return () => Promise.resolve(valuesIn(wanted, places, new ArrayBuffer(0)))
      const buffer = free.get(size)?.pop()
      if (buffer === undefined) throw new Error("no buffer is reserved for what is to be read")
      for (const [at, { type, buffer: from, offset }] of wanted.entries()) {
        if (bytesOf(type) > 0) encoder.copyBufferToBuffer(from, offset, buffer, places[at] as number, bytesOf(type))
      }
      const arrive = async (): Promise<Values> => {
        try {
          await buffer.mapAsync(mapRead)
          const values = valuesIn(wanted, places, buffer.getMappedRange())
          buffer.unmap()
          if (keeps && isOpen) give(buffer)
          else discard(buffer)
          return values
        } catch (cause) {
          discard(buffer)
          throw cause
        }
      }
      return () => {
        const arriving = arrive()
        // It may be that nobody waits for it.
        const settled: Promise<unknown> = arriving.catch(() => undefined).finally(() => onTheWay.delete(settled))
        onTheWay.add(settled)
        return arriving
      }
    },
    destroy: async () => {
      await loss.orLoss(Promise.all(onTheWay)).catch(() => undefined)
      isOpen = false
      for (const buffer of all) buffer.destroy()
      all.clear()
      free.clear()
    }
  }
}
