import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { ioReason } from "../../file/ioReason.ts"
import type { Bytes } from "./bytes.ts"
import { failAt } from "./failAt.ts"

/**
 * The bytes of a file, read piece by piece. They fail with a `DataError` where there is no such file, and where reading it
 * fails on the way.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const text = Read.text(Bytes.file("none.txt")).pipe(Effect.provide(FileSystem.layerNoop({})), Effect.flip)
 * Effect.runSync(text).message // => "none.txt: cannot read it: there is no such file or folder"
 * ```
 */
export const file = (path: string): Bytes<FileSystem.FileSystem> => ({
  source: path,
  stream: failAt(
    path,
    Stream.unwrap(Effect.map(FileSystem.FileSystem, (files) => files.stream(path))),
    (error) => `cannot read it: ${ioReason(error)}`
  )
})
