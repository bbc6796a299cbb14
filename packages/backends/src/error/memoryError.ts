import * as Data from "effect/Data"

/**
 * A device has not the memory that was asked for.
 *
 * ```ts
 * import { MemoryError } from "@residual/backends"
 * new MemoryError({ device: "webgpu", purpose: "a store", bytes: 400, available: 100 }).message
 * // => "webgpu: a store takes 400 bytes, 100 are available"
 * ```
 */
export class MemoryError extends Data.TaggedError("MemoryError")<{
  readonly device: string
  readonly purpose: string
  readonly bytes: number
  readonly available: number
}> {
  override get message(): string {
    return `${this.device}: ${this.purpose} takes ${this.bytes} bytes, ${this.available} are available`
  }
}
