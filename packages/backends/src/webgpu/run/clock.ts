import { bufferUsage, type GpuBuffer, type GpuDevice, type GpuQuerySet, mapRead } from "../gpu/api.ts"
import { checked } from "../gpu/checked.ts"
import { type Encoding, encodeCopies, untimed } from "./encode.ts"

/** Encodes commands so that the device writes down when each of them begins and ends. */
export interface Clock extends Encoding {
  readonly destroy: () => void
}

/** Two times for each command; a set of them holds no more. */
const mostTimes = 4096

interface Times {
  readonly count: number
  readonly sets: ReadonlyArray<GpuQuerySet>
  readonly resolved: GpuBuffer
  readonly readable: GpuBuffer
}

const release = ({ sets, resolved, readable }: Times): void => {
  for (const set of sets) set.destroy()
  resolved.destroy()
  readable.destroy()
}

const makeTimes = (device: GpuDevice, count: number): Times => {
  const sets = Array.from({ length: Math.ceil((2 * count) / mostTimes) }, (_, at) =>
    device.createQuerySet({ type: "timestamp", count: Math.min(mostTimes, 2 * count - at * mostTimes) })
  )
  const buffer = (usage: number): GpuBuffer => device.createBuffer({ label: "residual times", size: 16 * count, usage })
  return {
    count,
    sets,
    resolved: buffer(bufferUsage.queryResolve | bufferUsage.copySource),
    readable: buffer(bufferUsage.mapRead | bufferUsage.copyTarget)
  }
}

/** A clock, which takes memory when it is used first. */
export const makeClock = (device: GpuDevice): Clock => {
  let held: Times | undefined
  let isOpen = true

  const hold = async (count: number): Promise<void> => {
    if (held !== undefined) release(held)
    held = undefined
    const times = await checked(device, "the clock of a profile", 32 * count, () => makeTimes(device, count), release)
    if (isOpen) held = times
    else release(times)
  }
  return {
    reserve: (count) => (count === 0 || held?.count === count ? undefined : hold(count)),
    encode: (commands, encoder) => {
      if (commands.length === 0) return untimed
      if (held?.count !== commands.length) throw new Error("no times are reserved for what is to be timed")
      const { sets, resolved, readable } = held
      for (const [at, { pipeline, group, x, y, kernel, before, after }] of commands.entries()) {
        encodeCopies(before, encoder)
        const first = (2 * at) % mostTimes
        const pass = encoder.beginComputePass({
          label: kernel,
          timestampWrites: {
            querySet: sets[Math.floor((2 * at) / mostTimes)] as GpuQuerySet,
            beginningOfPassWriteIndex: first,
            endOfPassWriteIndex: first + 1
          }
        })
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(x, y)
        pass.end()
        encodeCopies(after, encoder)
      }
      for (const [at, set] of sets.entries()) {
        const count = Math.min(mostTimes, 2 * commands.length - at * mostTimes)
        encoder.resolveQuerySet(set, 0, count, resolved, 8 * at * mostTimes)
      }
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16 * commands.length)
      return async () => {
        await readable.mapAsync(mapRead)
        const times = new BigUint64Array(readable.getMappedRange()).slice()
        readable.unmap()
        // A clock that is set back in between tells nothing.
        return commands.map((_, at) => Math.max(0, Number((times[2 * at + 1] as bigint) - (times[2 * at] as bigint))))
      }
    },
    destroy: () => {
      isOpen = false
      if (held !== undefined) release(held)
      held = undefined
    }
  }
}
