import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Scope from "effect/Scope"
import { CheckpointError } from "./checkpointError.ts"
import { ioFailure } from "./ioFailure.ts"

/** What a file is read from: so many bytes, of which any may be asked for. */
export interface Source {
  /** What it is called in errors. */
  readonly path: string
  readonly length: number
  /** Bytes that lie within it, in memory of their own. */
  readonly read: (offset: number, length: number) => Effect.Effect<Uint8Array<ArrayBuffer>, CheckpointError>
}

/** Bytes in memory. */
export const bytesSource = (path: string, bytes: Uint8Array): Source => ({
  path,
  length: bytes.length,
  read: (offset, length) => Effect.sync(() => new Uint8Array(bytes.subarray(offset, offset + length)))
})

/** The most bytes that are asked for at once; some systems give no more than 2³¹. */
const mostAtOnce = 2 ** 28

/** A file, open as long as the Scope, of which no more is read than is asked for. */
export const fileSource = (path: string): Effect.Effect<Source, CheckpointError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const failed = ioFailure(path, "read")
    const files = yield* FileSystem.FileSystem
    const file = yield* Effect.mapError(files.open(path, { flag: "r" }), failed)
    const { size, type } = yield* Effect.mapError(file.stat, failed)
    if (type === "Directory") return yield* Effect.fail(new CheckpointError({ path, reason: "it is a folder" }))
    const read: Source["read"] = (offset, length) =>
      Effect.gen(function* () {
        const bytes = new Uint8Array(length)
        let done = 0
        while (done < length) {
          const rest = bytes.subarray(done, Math.min(length, done + mostAtOnce))
          const count = yield* Effect.mapError(file.read(rest, { position: BigInt(offset + done) }), failed)
          if (count === 0) {
            const reason = "the file became shorter while it was read"
            return yield* Effect.fail(new CheckpointError({ path, offset: offset + done, reason }))
          }
          done += count
        }
        return bytes
      })
    return { path, length: Number(size), read }
  })
