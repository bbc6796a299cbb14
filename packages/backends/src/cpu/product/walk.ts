import { type Code, get, type Local, sequence, set, tee } from "../wasm/code.ts"
import { block, branch, branchIf, loop } from "../wasm/control.ts"
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

/** Runs `body` for every `size` that `left` holds, and takes them from it. */
export const piecewise = (left: Local, size: number, body: Code): Code =>
  block((end) =>
    loop((start) =>
      sequence(
        branchIf(end, i32.lessSigned(get(left), i32.constant(size))),
        body,
        set(left, i32.sub(get(left), i32.constant(size))),
        branch(start)
      )
    )
  )

/** Addresses in both operands, which are moved along. */
export interface Addresses {
  readonly a: Local
  readonly b: Local
}

/**
 * Walks steps, outermost first and in bytes, and runs `body` at each; the outermost is taken `count` times, and every one
 * at least once. `counts` has a local for each. `within` is how far the body moves the addresses itself.
 */
export const walked = (
  steps: ReadonlyArray<Step>,
  count: Code,
  counts: ReadonlyArray<Local>,
  { a, b }: Addresses,
  body: Code,
  within: { readonly a: number; readonly b: number } = { a: 0, b: 0 }
): Code => {
  const level = (at: number): Code => {
    const step = steps[at] as Step
    const inner = steps[at + 1]
    const times = at === 0 ? count : i32.constant(step.size)
    const left = counts[at] as Local
    // What has been moved inside is part of the way.
    const inside = inner === undefined ? within : { a: inner.size * inner.a, b: inner.size * inner.b }
    const move = sequence(moved(a, step.a - inside.a), moved(b, step.b - inside.b))
    return repeated(left, times, sequence(inner === undefined ? body : level(at + 1), move))
  }
  return level(0)
}
