#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { teardown } from "./exit.ts"
import { program } from "./program.ts"

// A reader of the output that has had enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
})

NodeRuntime.runMain(program(process.argv.slice(2)), { disableErrorReporting: true, teardown })
