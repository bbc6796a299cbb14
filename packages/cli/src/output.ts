import { Effect } from "effect"

/** Where a command prints: stdout, and whether that is a terminal, on which a line can be drawn over. */
export interface Output {
  readonly isTerminal: boolean
  readonly columns: () => number
  readonly write: (text: string) => Effect.Effect<void>
  readonly line: (text: string) => Effect.Effect<void>
}

const write = (text: string): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    process.stdout.write(text, () => resume(Effect.void))
  })

/** This process's stdout. Writing waits until what was written has been handed on. */
export const stdout: Output = {
  isTerminal: process.stdout.isTTY === true,
  columns: () => process.stdout.columns ?? 80,
  write,
  line: (text) => write(`${text}\n`)
}
