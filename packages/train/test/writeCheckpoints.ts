// A program that writes checkpoints to one place, each of so many elements, and prints a line of what came of each.

import * as NodeServices from "@effect/platform-node/NodeServices"
import { Tensor } from "@residual/backends"
import { Effect } from "effect"
import { writeCheckpoint } from "../src/index.ts"
import { checkpointAt } from "./checkpointExample.ts"

const [path = "", ...counts] = process.argv.slice(2)
const write = (count: number) =>
  writeCheckpoint(path, checkpointAt(count, { w: Tensor.make(new Float32Array(count).fill(count)) })).pipe(
    Effect.match({ onSuccess: () => "written", onFailure: ({ message }) => message })
  )
const said = await Effect.runPromise(Effect.forEach(counts.map(Number), write).pipe(Effect.provide(NodeServices.layer)))
process.stdout.write(`${said.join("\n")}\n`)
