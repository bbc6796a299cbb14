import { Bytes, stalledAfter } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { pipeBytes } from "./pipeBytes.ts"

/** How a source is read. */
export interface SourceOptions {
  /** After how many seconds without a byte it is given up. */
  readonly timeout: number
}

/** Whether a path is the address of something elsewhere. */
export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path)

// Only where it is asked for: what HTTP takes would make each start slower.
const loadClient = Effect.promise(() => import("effect/http/FetchHttpClient"))

/**
 * The bytes of a file, of a named pipe, or of what an address holds. They fail with a `DataError` where they cannot be
 * read, and where nothing comes for too long.
 */
export const sourceBytes = (path: string, { timeout }: SourceOptions): Bytes.Bytes<FileSystem.FileSystem> => {
  const after = timeout * 1000
  const stream = isAddress(path)
    ? Stream.unwrap(
        Effect.map(loadClient, ({ layer }) => Stream.provide(Bytes.http(path, { stalledAfter: after }).stream, layer))
      )
    : stalledAfter(fileBytes(path), { source: path, after, unit: "piece" })
  return { source: path, stream }
}

const fileBytes = (path: string): Bytes.Bytes<FileSystem.FileSystem>["stream"] =>
  Stream.unwrap(
    Effect.gen(function* () {
      const found = yield* Effect.option(FileSystem.FileSystem.use((files) => files.stat(path)))
      const isPipe = found._tag === "Some" && found.value.type === "FIFO"
      return isPipe ? pipeBytes(path) : Bytes.file(path).stream
    })
  )
