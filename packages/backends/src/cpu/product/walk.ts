import { type Code, get, type Local, sequence, set, tee } from "../wasm/code.ts"
import { branchIf, loop } from "../wasm/control.ts"
import { i32 } from "../wasm/instructions.ts"
import type { Step } from "./step.ts"

/** Moves an address by so many bytes. */
export const moved = (address: Local, by: number): Code =>
  by === 0 ? sequence() : set(address, i32.add(get(address), i32.constant(by)))

/** Runs `body` so many times, at least once. `left` counts. */
export const repeated = (left: Local, times: Code, body: Code): Code =>
  sequence(
    set(left, times),
    loop((start) => sequence(body, branchIf(start, tee(left, i32.sub(get(left), i32.constant(1))))))
  )

/** Addresses in both operands, which are moved along. */
export interface Addresses {
  readonly a: Local
  readonly b: Local
}

/**
 * Walks steps, outermost first and in bytes, and runs `body` at each; the outermost is taken `count` times, and every one
 * at least once. `counts` has a local for each.
 */
export const walked = (
  steps: ReadonlyArray<Step>,
  count: Code,
  counts: ReadonlyArray<Local>,
  { a, b }: Addresses,
  body: Code
): Code => {
  const level = (at: number): Code => {
    const step = steps[at] as Step
    const inner = steps[at + 1]
    const times = at === 0 ? count : i32.constant(step.size)
    const left = counts[at] as Local
    if (inner === undefined) return repeated(left, times, sequence(body, moved(a, step.a), moved(b, step.b)))
    // What the steps inside have moved the addresses by is part of the way.
    const by = { a: step.a - inner.size * inner.a, b: step.b - inner.size * inner.b }
    return repeated(left, times, sequence(level(at + 1), moved(a, by.a), moved(b, by.b)))
  }
  return level(0)
}
