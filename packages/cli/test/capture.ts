import { Effect } from "effect"
import type { Printer } from "../src/output.ts"

/** A printer that keeps what is printed. */
export const capture = (options: { readonly isTerminal?: boolean; readonly columns?: number } = {}) => {
  const parts: Array<string> = []
  const printer: Printer = {
    isTerminal: options.isTerminal ?? false,
    columns: () => options.columns ?? 80,
    write: (text) =>
      Effect.sync(() => {
        parts.push(text)
      })
  }
  return { printer, text: () => parts.join("") }
}
