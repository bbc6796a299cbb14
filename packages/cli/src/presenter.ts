import * as Console from "effect/Console"
import * as CliOutput from "effect/cli/CliOutput"

// What the flags' schemas say of a value comes behind this prefix.
const withoutPrefix = (text: string): string => text.replace("Expected: Schema validation failed: ", "")

const oneLine = (text: string): string => withoutPrefix(text.replaceAll(/\s*\n\s*/g, " ").trim())

/** Says what is wrong with an invocation in one line on stderr, and where to read more. */
export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
          `residual: ${event.errors.map(({ message }) => oneLine(message)).join("; ")} (see ${event.commandPath.join(" ")} --help)`
        )
      : CliOutput.defaultPresenter.present(event)
}
