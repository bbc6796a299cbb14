import { ExecutionError } from "../../error/executionError.ts"
import { MemoryError } from "../../error/memoryError.ts"
import { name } from "../name.ts"
import type { GpuDevice } from "./api.ts"

/**
 * Does what may take memory, or be invalid; throws where it is refused, with what was made undone. Nothing is waited for
 * until the scopes of errors are closed: they are a stack, and others may use the device too.
 */
export const checked = async <A>(
  device: GpuDevice,
  purpose: string,
  bytes: number,
  act: () => A,
  undo: (made: A) => void = () => undefined
): Promise<A> => {
  device.pushErrorScope("validation")
  device.pushErrorScope("out-of-memory")
  const errorsOf = () => Promise.all([device.popErrorScope(), device.popErrorScope()])
  let made: A
  try {
    made = act()
  } catch (cause) {
    await errorsOf().catch(() => undefined)
    throw cause
  }
  const errors = errorsOf()
  try {
    const [memory, invalid] = await errors
    if (memory !== null) throw new MemoryError({ device: name, purpose, bytes, available: 0 })
    if (invalid !== null) {
      throw new ExecutionError({ device: name, op: purpose, operands: [], reason: invalid.message })
    }
    return made
  } catch (cause) {
    undo(made)
    throw cause
  }
}
