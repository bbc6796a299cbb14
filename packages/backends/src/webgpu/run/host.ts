import * as Effect from "effect/Effect"
import type { BackendError } from "../../error/backendError.ts"
import { CompileFailure } from "../../error/compileFailure.ts"
import { DeviceLost } from "../../error/deviceLost.ts"
import { ExecutionError } from "../../error/executionError.ts"
import { MemoryError } from "../../error/memoryError.ts"
import type { GpuDevice } from "../gpu/api.ts"
import type { Loss } from "../gpu/loss.ts"
import type { Heap } from "../memory/heap.ts"
import { name } from "../name.ts"
import type { KernelTarget } from "../program/kernels.ts"
import type { Pipelines } from "../program/pipelines.ts"

/** What the programs of a device share. */
export interface GpuHost {
  readonly device: GpuDevice
  readonly heap: Heap
  readonly pipelines: Pipelines
  readonly target: KernelTarget
  readonly loss: Loss
}

/** Errors that this backend throws itself. */
const own = [CompileFailure, DeviceLost, ExecutionError, MemoryError]

const isOwn = (cause: unknown): cause is CompileFailure | DeviceLost | ExecutionError | MemoryError =>
  own.some((error) => cause instanceof error)

/**
 * What a device does, with what it is refused for in the error channel. Everything that the device is asked for fails once
 * it is lost, by its loss; what is made nevertheless is undone.
 */
export const attempt = <A>(
  { loss }: GpuHost,
  act: () => Promise<A>,
  undo?: (made: A) => void
): Effect.Effect<A, BackendError> => {
  const perform = async (): Promise<A> => {
    const acting = act()
    try {
      const made = await loss.orLoss(acting)
      const lost = loss.current()
      if (lost !== undefined) throw lost
      return made
    } catch (cause) {
      if (undo !== undefined) acting.then(undo, () => undefined)
      if (!isOwn(cause)) await loss.settled()
      throw cause
    }
  }
  return Effect.tryPromise({
    try: perform,
    catch: (cause) => {
      const lost = loss.current()
      if (lost !== undefined) return lost
      if (isOwn(cause)) return cause
      const reason = cause instanceof Error && cause.message !== "" ? cause.message : String(cause)
      return new ExecutionError({ device: name, op: "program", operands: [], reason })
    }
  })
}
