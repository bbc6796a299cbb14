import * as Data from "effect/Data"

/**
 * A file that is not what it should be, or that could not be read or written: which one, at which byte where there is
 * one to name, and why.
 *
 * ```ts
 * import { CheckpointError } from "@residual/train"
 * new CheckpointError({ path: "model.safetensors", offset: 8, reason: "the header is not JSON" }).message
 * // => "model.safetensors, byte 8: the header is not JSON"
 * ```
 */
export class CheckpointError extends Data.TaggedError("CheckpointError")<{
  readonly path: string
  readonly offset?: number
  readonly reason: string
}> {
  override get message(): string {
    return `${this.path}${this.offset === undefined ? "" : `, byte ${this.offset}`}: ${this.reason}`
  }
}
