import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import { isThere } from "../file/ioReason.ts"
import { CheckpointError } from "./checkpointError.ts"
import { ioFailure } from "./ioFailure.ts"
import { hostOf } from "./machine.ts"
import { type ProcessIdentity, stateOf, thisProcess } from "./processIdentity.ts"

const nameOf = ({ pid, started, machine }: ProcessIdentity): string => `writer-${pid}-${started}-${machine}.lock`

const writerOf = (name: string): ProcessIdentity | undefined => {
  const [, pid, started, machine] = /^writer-(\d+)-(\d+)-(\d*-[0-9a-f]*-.*)\.lock$/.exec(name) ?? []
  return machine === undefined ? undefined : { pid: Number(pid), started: Number(started), machine }
}

/**
 * Keeps other processes from writing to a folder, as long as the Scope. Fails with a `CheckpointError` where one does already;
 * what was left by one of this machine that has ended does not count, and is removed. Whether one elsewhere has ended (in
 * another container, on another host, before the system was started anew) cannot be told: the error says which file to remove.
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
    const refused = (reason: string) => new CheckpointError({ path: folder, reason })
    const taken = ({ pid }: ProcessIdentity, file: string) =>
      refused(`process ${pid} writes its checkpoints there already; if that is another program by now, remove ${file}`)
    const takenElsewhere = ({ pid, machine }: ProcessIdentity, file: string) =>
      refused(
        `process ${pid} of ${hostOf(machine) || "another machine"} writes its checkpoints there, as far as can be told from here (it is in another container, on another host, or of before the system was started anew); if it has ended, remove ${file}`
      )
    const remove = (file: string) => Effect.ignore(files.remove(file, { force: true }))
    const put = Effect.scoped(files.open(own, { flag: "wx" })).pipe(
      Effect.mapError((error) => (isThere(error) ? taken(self, own) : failed(error)))
    )
    const look = Effect.gen(function* () {
      for (const name of yield* Effect.mapError(files.readDirectory(folder), failed)) {
        const [writer, file] = [writerOf(name), join(folder, name)]
        if (writer === undefined || file === own) continue
        const state = yield* stateOf(writer)
        if (state === "runs") return yield* Effect.fail(taken(writer, file))
        if (state === "elsewhere") return yield* Effect.fail(takenElsewhere(writer, file))
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
