import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import { CheckpointError } from "./checkpointError.ts"
import { ioFailure, isThere } from "./ioFailure.ts"
import { isRunning, type ProcessIdentity, thisProcess } from "./processIdentity.ts"

const nameOf = ({ pid, started }: ProcessIdentity): string => `writer-${pid}-${started}.lock`

const writerOf = (name: string): ProcessIdentity | undefined => {
  const [, pid, started] = /^writer-(\d+)-(\d+)\.lock$/.exec(name) ?? []
  return pid === undefined ? undefined : { pid: Number(pid), started: Number(started) }
}

/**
 * Keeps other processes of this machine from writing to a folder, as long as the Scope. Fails with a `CheckpointError` where
 * one does already; what was left by one that has ended does not count, and is removed.
 *
 * Whoever wants to write puts down a file of its own first and looks for others' then: of two that come at once, one sees
 * the other's at least.
 */
export const lockFolder = (
  folder: string
): Effect.Effect<void, CheckpointError, FileSystem.FileSystem | Path.Path | Scope.Scope> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const failed = ioFailure(folder, "write to")
    const self = yield* thisProcess
    const own = join(folder, nameOf(self))
    const taken = ({ pid }: ProcessIdentity, file: string) =>
      new CheckpointError({
        path: folder,
        reason: `process ${pid} writes its checkpoints there already; if that is another program by now, remove ${file}`
      })
    const remove = (file: string) => Effect.ignore(files.remove(file, { force: true }))
    const put = Effect.scoped(files.open(own, { flag: "wx" })).pipe(
      Effect.mapError((error) => (isThere(error) ? taken(self, own) : failed(error)))
    )
    const look = Effect.gen(function* () {
      for (const name of yield* Effect.mapError(files.readDirectory(folder), failed)) {
        const [writer, file] = [writerOf(name), join(folder, name)]
        if (writer === undefined || file === own) continue
        if (yield* isRunning(writer)) return yield* Effect.fail(taken(writer, file))
        yield* remove(file)
      }
    })
    yield* Effect.acquireRelease(
      Effect.andThen(
        put,
        Effect.onError(look, () => remove(own))
      ),
      () => remove(own)
    )
  })
