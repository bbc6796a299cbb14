#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { CliConfig, CliOutput, Command, GlobalFlag } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { reportFailure, teardown } from "./exit.ts"
import { presenter } from "./presenter.ts"
import { residual } from "./residual.ts"

const services = Layer.mergeAll(
  NodeServices.layer,
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
)

// A reader of the output that has had enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
})

Command.run(residual, { version: manifest.version }).pipe(
  reportFailure,
  Effect.provide(services),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown })
)
