import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import manifest from "../package.json" with { type: "json" }
import { reportFailure } from "./exit.ts"
import { logger } from "./logger.ts"
import { presenter } from "./presenter.ts"
import { residual } from "./residual.ts"

const services = Layer.mergeAll(
  NodeServices.layer,
  CliOutput.layerPresenter(presenter),
  Logger.layer([logger]),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
)

const run = Command.runWith(residual, { version: manifest.version })

/** The command with its arguments, which says in one line why it fails, where it does. */
export const program = (args: ReadonlyArray<string>) => run(args).pipe(reportFailure, Effect.provide(services))
