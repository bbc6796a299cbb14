import * as Data from "effect/Data"

/**
 * A device or worker went away. Every Store on it is invalid from then on; what was kept is in the last snapshot.
 *
 * ```ts
 * import { DeviceLost } from "@residual/backends"
 * new DeviceLost({ device: "webgpu", reason: "the driver was reset" }).message // => "webgpu is lost: the driver was reset"
 * ```
 */
export class DeviceLost extends Data.TaggedError("DeviceLost")<{
  readonly device: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.device} is lost: ${this.reason}`
  }
}
