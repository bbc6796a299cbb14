import * as Effect from "effect/Effect"
import type { BackendError } from "../../error/backendError.ts"
import { DeviceLost } from "../../error/deviceLost.ts"
import { ExecutionError } from "../../error/executionError.ts"
import { MemoryError } from "../../error/memoryError.ts"
import type { GpuDevice } from "../gpu/api.ts"
import type { Heap } from "../memory/heap.ts"
import type { KernelTarget } from "../program/kernels.ts"
import type { Pipelines } from "../program/pipelines.ts"

/** The name of this backend. */
export const name = "webgpu"

/** What the programs of a device share. */
export interface GpuHost {
  readonly device: GpuDevice
  readonly heap: Heap
  readonly pipelines: Pipelines
  readonly target: KernelTarget
  /** What the device was lost by, if it is. */
  readonly lost: () => DeviceLost | undefined
}

/** An error of a device, as an error of a backend. */
export const failureOf = ({ lost }: GpuHost, cause: unknown): BackendError => {
  const gone = lost()
  if (gone !== undefined) return gone
  if (cause instanceof MemoryError || cause instanceof ExecutionError || cause instanceof DeviceLost) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ExecutionError({ device: name, op: "program", operands: [], reason })
}

/** What a device does, with what it is refused for in the error channel. */
export const attempt = <A>(host: GpuHost, act: () => Promise<A>): Effect.Effect<A, BackendError> =>
  Effect.tryPromise({ try: act, catch: (cause) => failureOf(host, cause) }).pipe(
    Effect.flatMap((value) => {
      const gone = host.lost()
      return gone === undefined ? Effect.succeed(value) : Effect.fail(gone)
    })
  )

/** Does what may take memory, or be invalid; throws where it is refused. */
export const checked = async <A>(
  { device }: GpuHost,
  purpose: string,
  bytes: number,
  act: () => A | Promise<A>
): Promise<A> => {
  device.pushErrorScope("validation")
  device.pushErrorScope("out-of-memory")
  let result: A
  let memory: Promise<unknown>
  let invalid: Promise<{ readonly message: string } | null>
  try {
    result = await act()
  } finally {
    memory = device.popErrorScope()
    invalid = device.popErrorScope()
  }
  if ((await memory) !== null) throw new MemoryError({ device: name, purpose, bytes, available: 0 })
  const error = await invalid
  if (error !== null) throw new ExecutionError({ device: name, op: purpose, operands: [], reason: error.message })
  return result
}
