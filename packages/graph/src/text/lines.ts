import * as Either from "fp-ts/lib/Either.js"
import { CompileError } from "../compileError.ts"

/** The lines of a text that is being read, blank ones left out. */
export interface Lines {
  /** The line that comes next; `undefined` at the end. */
  readonly next: string | undefined
  /** The number of the line that was taken last. */
  readonly number: number
  readonly take: () => string
  /** Throws a `CompileError` that names the line and what was expected there. */
  readonly fail: (expected: string) => never
}

/** Starts to read a text. */
export const linesOf = (text: string): Lines => {
  const lines = text
    .split("\n")
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => line.trim() !== "")
  let at = 0
  return {
    get next() {
      return lines[at]?.line
    },
    get number() {
      return lines[at - 1]?.number ?? 1
    },
    take: () => lines[at++]?.line ?? "",
    fail: (expected) => {
      const found = lines[at]
      throw new CompileError(
        "parse",
        found === undefined
          ? `expected ${expected} after the last line`
          : `line ${found.number}: expected ${expected}, found "${found.line.trim().slice(0, 40)}"`
      )
    }
  }
}

/** What a reading gives, or the `CompileError` that it threw. */
export const orCompileError = <A>(read: () => A): Either.Either<CompileError, A> =>
  Either.tryCatch(read, (error) => {
    if (error instanceof CompileError) return error
    throw error
  })
