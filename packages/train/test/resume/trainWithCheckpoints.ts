// A program that makes a run from the latest checkpoint of a folder on, which it goes on saving to, and prints a line for
// each event. Where it is told to, it kills itself at an operation on files.

import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { checkpointOf, openCheckpoints, resume, saving } from "../../src/index.ts"
import { type FileOperation, faultyFiles } from "../faultyFiles.ts"
import { type BackendName, backends } from "./backends.ts"
import { goOn, key, openRun, type RunName } from "./runs.ts"

/** What the program is told. */
export interface Task {
  readonly run: RunName
  readonly backend: BackendName
  readonly folder: string
  /** The operation at which it kills itself, of how many of its kind. */
  readonly dies?: { readonly operation: FileOperation; readonly count: number }
}

/** After how many steps a checkpoint is saved, each time, and how many are kept. */
const [every, keep] = [3, 2]

const { run, backend, folder, dies } = JSON.parse(process.argv[2] ?? "") as Task

const print = (line: unknown) => Effect.sync(() => process.stdout.write(`${JSON.stringify(line)}\n`))

const killed = Effect.andThen(
  Effect.sync(() => process.kill(process.pid, "SIGKILL")),
  Effect.never
)

/** The machine's files, until the operation comes at which the program dies: half of what it would write is written then. */
const mortalFiles = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (files) => {
    let left = dies?.count ?? 0
    return faultyFiles(files, (operation) => (operation === dies?.operation && --left === 0 ? killed : undefined))
  })
)

const train = Effect.gen(function* () {
  const { save, latest } = yield* openCheckpoints(folder, { keep })
  const trainer = yield* openRun(run)
  const found = yield* latest()
  const differences = found === undefined ? [] : yield* resume(trainer, found.path, found)
  yield* print({ event: "opened", differences })
  const described = { key, configuration: { run } }
  const events = goOn(run, trainer).pipe(
    saving(trainer, { every, save: (taken, best) => save(checkpointOf(trainer, taken, described), { best }) })
  )
  yield* Stream.runForEach(events, print)
})

await Effect.runPromise(
  train.pipe(
    Effect.scoped,
    Effect.provide(Layer.mergeAll(backends[backend](), Layer.provideMerge(mortalFiles, NodeServices.layer)))
  )
)
