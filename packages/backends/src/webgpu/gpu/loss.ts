import { DeviceLost } from "../../error/deviceLost.ts"
import { name } from "../name.ts"
import type { GpuDevice } from "./api.ts"

/** Whether a device is lost, for those who wait for something of it. */
export interface Loss {
  /** What the device was lost by, if it is. */
  readonly current: () => DeviceLost | undefined
  /** What is promised, or the loss of the device where that is first: a lost device may keep no promise. */
  readonly orLoss: <A>(promised: Promise<A>) => Promise<A>
  /** Waits for a loss that is about to be told, since what it makes fail may be told before. */
  readonly settled: () => Promise<void>
}

/** How long after what it makes fail a loss is told, at most. */
const mostMilliseconds = 100

/** Watches a device from now on. */
export const watchLoss = (device: GpuDevice): Loss => {
  let lost: DeviceLost | undefined
  const waiting = new Set<(error: DeviceLost) => void>()
  device.lost.then(({ reason, message }) => {
    const error = new DeviceLost({ device: name, reason: message === "" ? reason : message })
    lost = error
    for (const tell of waiting) tell(error)
    waiting.clear()
  })
  const orLoss = <A>(promised: Promise<A>): Promise<A> =>
    new Promise<A>((resolve, reject) => {
      if (lost === undefined) waiting.add(reject)
      else reject(lost)
      promised.then(resolve, reject).finally(() => waiting.delete(reject))
    })
  return {
    current: () => lost,
    orLoss,
    settled: async () => {
      if (lost !== undefined) return
      let timer: ReturnType<typeof setTimeout> | undefined
      const passed = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, mostMilliseconds)
      })
      await orLoss(passed).catch(() => undefined)
      clearTimeout(timer)
    }
  }
}
