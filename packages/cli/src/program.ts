import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { CliConfig, CliOutput, Command, GlobalFlag } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { reportFailure } from "./exit.ts"
import { presenter } from "./presenter.ts"
import { residual } from "./residual.ts"

const services = Layer.mergeAll(
  NodeServices.layer,
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
)

const run = Command.runWith(residual, { version: manifest.version })

/** The command with its arguments, which says in one line why it fails, where it does. */
export const program = (args: ReadonlyArray<string>) => run(args).pipe(reportFailure, Effect.provide(services))
