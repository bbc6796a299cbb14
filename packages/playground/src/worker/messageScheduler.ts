import * as Scheduler from "effect/Scheduler"

/**
 * Gives fibers their turns by messages. Timers, which a browser's fibers take turns by otherwise, go off no sooner than
 * after four milliseconds when one follows from another: longer than several steps.
 */
export const makeMessageScheduler = (): Scheduler.Scheduler => {
  const waiting: Array<() => void> = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return new Scheduler.MixedScheduler("async", (task) => {
    let isCancelled = false
    waiting.push(() => {
      if (!isCancelled) task()
    })
    port2.postMessage(undefined)
    return () => {
      isCancelled = true
    }
  })
}
