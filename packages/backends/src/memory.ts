import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { MemoryError } from "./error/memoryError.ts"

/** Counts the bytes that are live on a device, and refuses more than it has. */
export interface Memory {
  readonly live: () => number
  /** Counts bytes as live, or says why not. */
  readonly take: (purpose: string, bytes: number) => MemoryError | undefined
  readonly giveBack: (bytes: number) => void
  /** Bytes taken until the Scope closes. */
  readonly scoped: (purpose: string, bytes: number) => Effect.Effect<void, MemoryError, Scope.Scope>
}

/** The memory of a device that has so many bytes. */
export const makeMemory = (device: string, limit: number): Memory => {
  let live = 0
  const take = (purpose: string, bytes: number): MemoryError | undefined => {
    if (live + bytes > limit) return new MemoryError({ device, purpose, bytes, available: limit - live })
    live += bytes
    return undefined
  }
  const giveBack = (bytes: number): void => {
    live -= bytes
  }
  return {
    live: () => live,
    take,
    giveBack,
    scoped: (purpose, bytes) =>
      Effect.acquireRelease(
        Effect.suspend(() => {
          const refused = take(purpose, bytes)
          return refused === undefined ? Effect.void : Effect.fail(refused)
        }),
        () => Effect.sync(() => giveBack(bytes))
      )
  }
}
