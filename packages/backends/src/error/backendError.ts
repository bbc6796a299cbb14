import type { CompileFailure } from "./compileFailure.ts"
import type { DeviceLost } from "./deviceLost.ts"
import type { ExecutionError } from "./executionError.ts"
import type { IndexError } from "./indexError.ts"
import type { InputError } from "./inputError.ts"
import type { MemoryError } from "./memoryError.ts"
import type { OutputError } from "./outputError.ts"
import type { StoreError } from "./storeError.ts"

/**
 * Everything that compiling, loading and running a program can fail with, told apart by `_tag`.
 *
 * ```ts
 * import { type BackendError, DeviceLost } from "@residual/backends"
 * const error: BackendError = new DeviceLost({ device: "cpu", reason: "a worker ended" })
 * error._tag // => "DeviceLost"
 * ```
 */
export type BackendError =
  | CompileFailure
  | DeviceLost
  | ExecutionError
  | IndexError
  | InputError
  | MemoryError
  | OutputError
  | StoreError
