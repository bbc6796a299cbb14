import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { BackendError } from "./error/backendError.ts"
import type { DeviceLost } from "./error/deviceLost.ts"

/** Whose turn it is on a device: one operation at a time, in the order in which they come, until the device is lost. */
export interface Turns {
  /** Whether nothing runs and nothing waits: what begins and ends within one call then needs no turn. */
  readonly areFree: () => boolean
  /** What the device was lost by, if it is. */
  readonly lost: () => DeviceLost | undefined
  readonly lose: (error: DeviceLost) => void
  /** Waits for its turn. */
  readonly inTurn: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Waits for its turn, which may be interrupted, and then runs to its end; fails where the device is lost. */
  readonly exclusively: <A, R>(effect: Effect.Effect<A, BackendError, R>) => Effect.Effect<A, BackendError, R>
}

/** The turns of a device that nothing has used yet. */
export const makeTurns = (): Turns => {
  const lock = Semaphore.makeUnsafe(1)
  // A semaphore does not tell whether it is free but in an Effect.
  let taken = 0
  let lost: DeviceLost | undefined

  const enter = Effect.sync(() => {
    taken++
  })
  const leave = Effect.sync(() => {
    taken--
  })
  const lose = (error: DeviceLost): void => {
    lost = error
  }
  const inTurn = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      enter,
      () => lock.withPermit(effect),
      () => leave
    )
  return {
    areFree: () => taken === 0,
    lost: () => lost,
    lose,
    inTurn,
    exclusively: (effect) =>
      Effect.suspend(() => (lost === undefined ? effect : Effect.fail(lost))).pipe(
        Effect.tapErrorTag("DeviceLost", (error) => Effect.sync(() => lose(error))),
        Effect.uninterruptible,
        inTurn
      )
  }
}
