import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { branchIf, loop as repeat, when } from "../wasm/control.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"

/** How much is computed in one step of the vector loop: one element, or some vectors. */
export interface Mode {
  readonly lanes: 1 | 4
  readonly unroll: number
  /** Whether vectors are multiplied by reciprocals of what they are divided by, where that is a number of the row. */
  readonly byReciprocals?: boolean
}

/** From where to where a loop runs, where it does not run over all of its steps. */
export interface Range {
  readonly from: Local
  readonly to: Local
}

/** Runs a body for each step of a loop. */
export const stepCode = (counter: Local, size: number, range: Range | undefined, body: Code): Code => {
  const [from, to] = range === undefined ? [i32.constant(0), i32.constant(size)] : [get(range.from), get(range.to)]
  return sequence(set(counter, from), counted(counter, to, 1, body, range === undefined))
}

/** Runs a body while a counter is below an end, by steps. */
const counted = (counter: Local, end: Code, step: number, body: Code, runsOnce: boolean): Code => {
  const goesOn = i32.lessSigned(get(counter), end)
  const repeated = repeat((start) =>
    sequence(body, set(counter, i32.add(get(counter), i32.constant(step))), branchIf(start, goesOn))
  )
  return runsOnce ? repeated : when(goesOn, repeated)
}

/**
 * Runs a body for the steps of a loop that become lanes: several vectors at a time, as many as `mode` says, then one, then
 * single elements. The counter counts bytes of 32-bit elements.
 */
export const vectorStepCode = (
  counter: Local,
  size: number,
  range: Range | undefined,
  { unroll, byReciprocals = false }: Mode,
  body: (mode: Mode) => Code,
  local: MakeLocal
): Code => {
  const modes: ReadonlyArray<Mode> = [
    { lanes: 4, unroll, byReciprocals },
    ...(unroll > 1 ? [{ lanes: 4, unroll: 1, byReciprocals } as const] : []),
    { lanes: 1, unroll: 1 }
  ]
  if (range !== undefined) {
    const end = local("i32")
    return sequence(
      set(counter, i32.shiftLeft(get(range.from), i32.constant(2))),
      set(end, i32.shiftLeft(get(range.to), i32.constant(2))),
      ...modes.map((mode) => {
        const step = 4 * mode.lanes * mode.unroll
        const last = step === 4 ? get(end) : i32.sub(get(end), i32.constant(step - 4))
        return counted(counter, last, step, body(mode), false)
      })
    )
  }
  let done = 0
  const parts = modes.map((mode) => {
    const step = mode.lanes * mode.unroll
    const times = Math.floor((size - done) / step)
    done += times * step
    return times === 0 ? nothing : counted(counter, i32.constant(4 * done), 4 * step, body(mode), true)
  })
  return sequence(set(counter, i32.constant(0)), ...parts)
}
