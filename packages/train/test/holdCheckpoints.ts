// A program that opens a folder for checkpoints and keeps it until it is killed; it prints that it has it, or why not.

import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { openCheckpoints } from "../src/index.ts"

const hold = openCheckpoints(process.argv[2] ?? "", { keep: 1 }).pipe(
  Effect.tap(() => Effect.sync(() => process.stdout.write("open\n"))),
  Effect.andThen(Effect.sleep("1 hour")),
  Effect.catch(({ message }) => Effect.sync(() => process.stdout.write(`${message}\n`))),
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)
await Effect.runPromise(hold)
