import type * as PlatformError from "effect/PlatformError"
import { ioReason } from "../file/ioReason.ts"
import { CheckpointError } from "./checkpointError.ts"

/** Tells what was to be done with which file, and why it could not be. */
export const ioFailure = (path: string, doing: string) => (error: PlatformError.PlatformError) =>
  new CheckpointError({ path, reason: `cannot ${doing} it: ${ioReason(error)}` })
