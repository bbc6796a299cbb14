import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * Keeps a folder free of what this process was about to write there, where it ends at once. Where a command comes to its
 * end, by itself or by a first signal, there is nothing left. `isOurs` tells by name what is nobody else's.
 */
export const sweptAtExit = (
  folder: string,
  isOurs: (name: string) => boolean
): Effect.Effect<void, never, Scope.Scope> => {
  const sweep = (): void => {
    try {
      for (const name of readdirSync(folder)) {
        if (isOurs(name)) rmSync(join(folder, name), { force: true })
      }
    } catch {
      // A folder that is gone, or has become somebody else's, holds nothing that this process could still remove.
    }
  }
  return Effect.acquireRelease(
    Effect.sync(() => {
      process.on("exit", sweep)
    }),
    () =>
      Effect.sync(() => {
        process.off("exit", sweep)
      })
  )
}

/** What a file is called while it is being written. */
export const isPartial = (name: string): boolean => name.endsWith(".partial")

/** The file by which this process keeps others from a folder of checkpoints. */
export const isOwnLock = (name: string): boolean => name.startsWith(`writer-${process.pid}-`)
