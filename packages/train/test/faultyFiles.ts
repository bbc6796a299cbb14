import { Effect, FileSystem, type PlatformError } from "effect"
import { systemError } from "effect/PlatformError"

/** An operation on files that changes something, in the order in which they are done. */
export type FileOperation = "open" | "write" | "sync" | "link" | "copy" | "rename" | "remove" | "folder"

/** An operation that fails. */
export type Failing = Effect.Effect<never, PlatformError.PlatformError>

/** What an operation does instead; `undefined` for one that does what it should. */
export type Fault = (operation: FileOperation) => Failing | undefined

/** An error as Node's file system gives it, with the system's code. */
export const ioError = (code: string): Failing =>
  Effect.fail(
    systemError({
      _tag: code === "EACCES" ? "PermissionDenied" : "Unknown",
      module: "FileSystem",
      method: "any",
      cause: { code }
    })
  )

/** A file system of which some operations fail; a write that does has written half of its bytes before. */
export const faultyFiles = (files: FileSystem.FileSystem, fault: Fault): FileSystem.FileSystem => {
  const unlessFault = <A, R>(
    operation: FileOperation,
    effect: Effect.Effect<A, PlatformError.PlatformError, R>,
    before: Effect.Effect<unknown, PlatformError.PlatformError> = Effect.void
  ) =>
    Effect.suspend(() => {
      const failing = fault(operation)
      return failing === undefined ? effect : Effect.andThen(Effect.ignore(before), failing)
    })
  const faultyFile = (file: FileSystem.File): FileSystem.File => ({
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: file.stat,
    seek: (offset, from) => file.seek(offset, from),
    read: (buffer, options) => file.read(buffer, options),
    readAlloc: (size, options) => file.readAlloc(size, options),
    truncate: (length) => file.truncate(length),
    write: (buffer) => file.write(buffer),
    writeAll: (buffer) =>
      unlessFault("write", file.writeAll(buffer), file.writeAll(buffer.subarray(0, buffer.length >> 1))),
    sync: unlessFault("sync", file.sync)
  })
  return {
    ...files,
    open: (path, options) =>
      options?.flag === "r"
        ? files.open(path, options)
        : Effect.map(unlessFault("open", files.open(path, options)), faultyFile),
    link: (from, to) => unlessFault("link", files.link(from, to)),
    copyFile: (from, to) => unlessFault("copy", files.copyFile(from, to)),
    rename: (from, to) => unlessFault("rename", files.rename(from, to)),
    remove: (path, options) => unlessFault("remove", files.remove(path, options)),
    makeDirectory: (path, options) => unlessFault("folder", files.makeDirectory(path, options))
  }
}
