import { Console, Effect } from "effect"
import { CliOutput } from "effect/cli"

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ").trim()

/** Says what is wrong with an invocation in a line for each error, on stderr, and where to read more. */
export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.forEach(
          [
            ...event.errors.map((error) => `residual: ${oneLine(error.message)}`),
            `See: ${event.commandPath.join(" ")} --help`
          ],
          (line) => Console.error(line),
          { discard: true }
        )
      : CliOutput.defaultPresenter.present(event)
}
