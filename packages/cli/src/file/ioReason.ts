import { getSystemErrorMap } from "node:util"
import type * as PlatformError from "effect/PlatformError"

/** Why something with a file went wrong, in the system's words. */
export const ioReason = ({ reason }: PlatformError.PlatformError): string => {
  const errno = reason._tag === "BadArgument" ? undefined : (reason.cause as NodeJS.ErrnoException | undefined)?.errno
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? reason._tag
}
