import { MemoryError } from "../../error/memoryError.ts"
import { name } from "../name.ts"
import type { GpuBuffer, GpuDevice } from "./api.ts"
import { checked } from "./checked.ts"

/** A buffer that is wanted: what for, in words of its own and of an error, and how it is used. */
export interface BufferWish {
  readonly label: string
  readonly purpose: string
  readonly size: number
  readonly usage: number
}

/** A buffer; throws a `MemoryError` where the device has none of that size. */
export const makeBuffer = async (
  device: GpuDevice,
  { label, purpose, size, usage }: BufferWish
): Promise<GpuBuffer> => {
  const most = device.limits["maxBufferSize"] as number
  if (size > most) {
    throw new MemoryError({
      device: name,
      purpose: `${purpose} (the device's maxBufferSize)`,
      bytes: size,
      available: most
    })
  }
  const make = (): GpuBuffer => device.createBuffer({ label, size, usage })
  return await checked(device, purpose, size, make, (buffer) => buffer.destroy())
}
