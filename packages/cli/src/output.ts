import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Where a command prints, and whether that is a terminal, on which a line can be drawn over. */
export interface Printer {
  readonly isTerminal: boolean
  readonly columns: () => number
  readonly write: (text: string) => Effect.Effect<void>
}

/** This process's stdout. Writing waits until what was written has been handed on. */
const stdout: Printer = {
  isTerminal: process.stdout.isTTY === true,
  // A terminal that does not know its size has 0 columns.
  columns: () => process.stdout.columns || 80,
  write: (text) =>
    Effect.callback((resume) => {
      process.stdout.write(text, () => resume(Effect.void))
    })
}

/** The printer of a command: stdout, unless another is provided. */
export const Output = Context.Reference<Printer>("@residual/cli/Output", { defaultValue: () => stdout })

/** Prints a line. */
export const line = (printer: Printer, text: string): Effect.Effect<void> => printer.write(`${text}\n`)
