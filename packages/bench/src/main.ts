import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Layer } from "effect"
import { CliConfig, CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { bench } from "./bench.ts"

/** Says what is wrong with an invocation in one line, without all that there is to know. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(`bench: ${event.errors.map(({ message }) => message).join("; ")} (see --help)`)
      : CliOutput.defaultPresenter.present(event)
}

const services = Layer.mergeAll(
  NodeServices.layer,
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help] })
)

const program = Command.runWith(bench, { version: "" })(process.argv.slice(2)).pipe(
  Effect.tapCause((cause) => {
    const error = Cause.squash(cause)
    // A wrong invocation has been explained already.
    if (Cause.hasInterruptsOnly(cause) || CliError.isCliError(error)) return Effect.void
    return Console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  }),
  Effect.provide(services)
)

NodeRuntime.runMain(program, { disableErrorReporting: true })
