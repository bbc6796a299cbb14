import * as Console from "effect/Console"
import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import { exactIntegers } from "./configuration/setting.ts"

type Errors = ReadonlyArray<CliError.CliError>

/** What is wrong with a flag or an argument, in one line. */
const messageOf = (error: CliError.CliError, errors: Errors): string => {
  const message = error.message
    .replaceAll(/\s*\n\s*/g, " ")
    .trim()
    // What the flags' schemas say of a value comes behind this prefix.
    .replace("Expected: Schema validation failed: ", "")
    .replace("a string representing a finite number", "a number")
  if (error._tag !== "InvalidValue") return message
  const { option, value } = error
  // What begins with a dash is read as flags, and not as a value.
  const isDashed = value === "" && errors.some(({ _tag }) => _tag === "UnrecognizedOption")
  if (isDashed) return `${message}, and one that begins with a dash as in --${option}=-x`
  return /^-?\d+$/.test(value) ? message.replace("an integer", exactIntegers) : message
}

/** Says what is wrong with an invocation in one line on stderr, and where to read more. */
export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
          `residual: ${event.errors.map((error) => messageOf(error, event.errors)).join("; ")} (see ${event.commandPath.join(" ")} --help)`
        )
      : CliOutput.defaultPresenter.present(event)
}
