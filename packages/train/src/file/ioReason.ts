import type * as PlatformError from "effect/PlatformError"

/** What systems call what goes wrong with files, for people. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "it is not permitted",
  EPERM: "it is not permitted",
  EROFS: "the file system is read-only",
  EEXIST: "it is there already",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file, not a folder",
  ELOOP: "its links lead round in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "no space is left on the device",
  EDQUOT: "no space is left in the quota",
  EFBIG: "it would be larger than files may be",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the device failed"
}

/** Those by Effect's names, of a file system that does not tell the system's. */
const byTag: Readonly<Record<string, string>> = {
  NotFound: "ENOENT",
  PermissionDenied: "EACCES",
  AlreadyExists: "EEXIST"
}

/**
 * Why something could not be done with a file, for people: in the words of every error of this package.
 *
 * ```ts
 * import { ioReason } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const files = Effect.runSync(Effect.provide(FileSystem.FileSystem, FileSystem.layerNoop({})))
 * const error = Effect.runSync(Effect.flip(files.readFileString("none.txt")))
 * ioReason(error) // => "there is no such file or folder"
 * ```
 */
export const ioReason = ({ reason }: PlatformError.PlatformError): string => {
  if (reason._tag === "BadArgument") return reason.description ?? reason.method
  const code = (reason.cause as { readonly code?: unknown } | undefined)?.code
  const named = typeof code === "string" ? code : byTag[reason._tag]
  return named === undefined ? (reason.description ?? reason._tag) : (reasons[named] ?? named)
}

/** Whether a file or folder is not there. */
export const isMissing = ({ reason }: PlatformError.PlatformError): boolean => reason._tag === "NotFound"

/** Whether a file is there already. */
export const isThere = ({ reason }: PlatformError.PlatformError): boolean => reason._tag === "AlreadyExists"
