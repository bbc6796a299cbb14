import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import { messageOf } from "./exit.ts"

/** Says what the library has to say beside its results: a line on stderr, so that stdout holds results alone. */
export const logger: Logger.Logger<unknown, void> = Logger.withConsoleError(
  Logger.make(({ message, cause }) => {
    const said = Array.isArray(message) ? message : [message]
    const why = cause.reasons.length === 0 ? [] : [Cause.squash(cause)]
    return `residual: ${[...said, ...why].map(messageOf).join(": ")}`
  })
)
