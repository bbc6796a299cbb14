import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { CheckError, ConfigurationError, FailuresError, UsageError } from "./commandError.ts"

/**
 * Exit codes: 0, and 0 too for output that nobody reads any more; wrong usage and failed checks; failures; and 128 and its
 * number for a signal, of which 130 is that of an interrupt (SIGINT), and 143 of SIGTERM.
 */
export const codes = { success: 0, usage: 1, failure: 2, signal: 128, interrupted: 130 } as const

/** What a failure says, in one line. */
export const messageOf = (error: unknown): string => {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ").trim()
  // What the engine throws where memory does not suffice for a tensor; it does not say what to do.
  const lacksMemory = error instanceof RangeError && /allocation failed|invalid typed array length/i.test(message)
  return lacksMemory ? `out of memory (${message}): a smaller model, context or batch takes less` : message
}

/** What a failure says, a line for each thing that is wrong. */
const linesOf = (error: unknown): ReadonlyArray<string> =>
  error instanceof ConfigurationError || error instanceof FailuresError ? error.problems : [messageOf(error)]

/** Says why a command failed, in one line on stderr for each thing that is wrong, unless that has been said where it happened. */
export const reportFailure = <A, E, R>(command: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.tapCause(command, (cause) => {
    if (Cause.hasInterruptsOnly(cause)) return Effect.void
    const error = Cause.squash(cause)
    const said = CliError.isCliError(error) || error instanceof CheckError
    return said ? Effect.void : Effect.forEach(linesOf(error), (line) => Console.error(`residual: ${line}`))
  })

/** The exit code of a command. */
export const exitCode = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return codes.success
  if (Cause.hasInterruptsOnly(exit.cause)) return codes.interrupted
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (CliError.isCliError(error))
    return error._tag === "ShowHelp" && error.errors.length === 0 ? codes.success : codes.usage
  const isUsage = error instanceof UsageError || error instanceof ConfigurationError || error instanceof CheckError
  return isUsage ? codes.usage : codes.failure
}
