import * as Data from "effect/Data"

/**
 * There is no device to compute on: what is missing, and what helps. A backend's Layer fails with it when it is built;
 * nothing that runs on a device does.
 *
 * ```ts
 * import { DeviceUnavailable } from "@residual/backends"
 * const error = new DeviceUnavailable({ device: "webgpu", reason: "this browser has no WebGPU" })
 * error.message // => "webgpu is not available: this browser has no WebGPU"
 * ```
 */
export class DeviceUnavailable extends Data.TaggedError("DeviceUnavailable")<{
  readonly device: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.device} is not available: ${this.reason}`
  }
}
