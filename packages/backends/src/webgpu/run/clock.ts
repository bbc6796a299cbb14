import {
  bufferUsage,
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuDevice,
  type GpuQuerySet,
  mapRead
} from "../gpu/api.ts"
import type { Command } from "./prepare.ts"

/** Encodes commands so that the device writes down when each of them begins and ends. */
export interface Clock {
  /** Encodes them; what is returned tells the nanoseconds that each took, once the commands are submitted. */
  readonly encode: (
    commands: ReadonlyArray<Command>,
    encoder: GpuCommandEncoder
  ) => () => Promise<ReadonlyArray<number>>
  readonly destroy: () => void
}

/** Two times for each command; a set of them holds no more. */
const mostTimes = 4096

interface Times {
  readonly sets: ReadonlyArray<GpuQuerySet>
  readonly resolved: GpuBuffer
  readonly readable: GpuBuffer
}

/** A clock, which takes memory when it is used first. */
export const makeClock = (device: GpuDevice): Clock => {
  let held: Times | undefined
  let heldFor = 0

  const release = (): void => {
    for (const set of held?.sets ?? []) set.destroy()
    held?.resolved.destroy()
    held?.readable.destroy()
    held = undefined
  }
  const timesFor = (count: number): Times => {
    if (held !== undefined && heldFor === count) return held
    release()
    const sets = Array.from({ length: Math.ceil((2 * count) / mostTimes) }, (_, at) =>
      device.createQuerySet({ type: "timestamp", count: Math.min(mostTimes, 2 * count - at * mostTimes) })
    )
    const size = 16 * count
    heldFor = count
    held = {
      sets,
      resolved: device.createBuffer({ size, usage: bufferUsage.queryResolve | bufferUsage.copySource }),
      readable: device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyTarget })
    }
    return held
  }
  return {
    encode: (commands, encoder) => {
      if (commands.length === 0) return () => Promise.resolve([])
      const { sets, resolved, readable } = timesFor(commands.length)
      for (const [at, { pipeline, group, x, y, kernel }] of commands.entries()) {
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
    destroy: release
  }
}
