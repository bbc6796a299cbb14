import { TensorType } from "@residual/core"
import * as Data from "effect/Data"

/**
 * A program did not run as planned, through no fault of its inputs: an op failed, a buffer was read after another value
 * was written over it. It names the device, the op and the types of its operands.
 *
 * ```ts
 * import { ExecutionError } from "@residual/backends"
 * const error = new ExecutionError({ device: "cpu", op: "exp", operands: [{ dtype: "f32", shape: [2] }], reason: "its buffer is gone" })
 * error.message // => "cpu: exp(f32[2]): its buffer is gone"
 * ```
 */
export class ExecutionError extends Data.TaggedError("ExecutionError")<{
  readonly device: string
  readonly op: string
  readonly operands: ReadonlyArray<TensorType.TensorType>
  readonly reason: string
}> {
  override get message(): string {
    return `${this.device}: ${this.op}(${this.operands.map(TensorType.print).join(", ")}): ${this.reason}`
  }
}
