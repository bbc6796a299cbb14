import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { MemoryError } from "./error/memoryError.ts"

/** Counts the bytes that are live on a device, and refuses more than it has. */
export interface Memory {
  readonly live: Effect.Effect<number>
  readonly take: (purpose: string, bytes: number) => Effect.Effect<void, MemoryError>
  readonly giveBack: (bytes: number) => Effect.Effect<void>
  /** Bytes taken until the Scope closes. */
  readonly scoped: (purpose: string, bytes: number) => Effect.Effect<void, MemoryError, Scope.Scope>
}

/** The memory of a device that has so many bytes. */
export const makeMemory = (device: string, limit: number): Memory => {
  let live = 0
  const take = (purpose: string, bytes: number): Effect.Effect<void, MemoryError> =>
    Effect.suspend(() => {
      if (live + bytes > limit) {
        return Effect.fail(new MemoryError({ device, purpose, bytes, available: limit - live }))
      }
      live += bytes
      return Effect.void
    })
  const giveBack = (bytes: number): Effect.Effect<void> =>
    Effect.sync(() => {
      live -= bytes
    })
  return {
    live: Effect.sync(() => live),
    take,
    giveBack,
    scoped: (purpose, bytes) => Effect.acquireRelease(take(purpose, bytes), () => giveBack(bytes))
  }
}
