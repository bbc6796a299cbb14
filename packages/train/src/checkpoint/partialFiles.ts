import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Hash from "effect/Hash"
import * as Path from "effect/Path"
import * as Random from "effect/Random"
import { stateOf, thisProcess } from "./processIdentity.ts"

// How files end that are not written to their end, beside the place that they are for: who writes them, and a number of each.
const ending = /\.(\d+)-(\d+)-([0-9a-z]+)-[0-9a-z]+\.partial$/

/** A machine, short enough to stand in a name after any other. */
const short = (machine: string): string => (Hash.string(machine) >>> 0).toString(36)

/** A name for a file that is written for a place, beside it. */
export const partialName = (place: string): Effect.Effect<string, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { pid, started, machine } = yield* thisProcess
    const number = yield* Random.nextIntBetween(0, 2 ** 48)
    return `${place}.${pid}-${started}-${short(machine)}-${number.toString(36)}.partial`
  })

/** Removes what is in a folder and was left by processes of this machine that ended before they had moved it to its place. */
export const removePartials = (
  folder: string,
  isOurs: (place: string) => boolean
): Effect.Effect<void, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const { machine } = yield* thisProcess
    for (const name of yield* Effect.orElseSucceed(files.readDirectory(folder), () => [])) {
      const [whole, pid, started, where] = ending.exec(name) ?? []
      if (whole === undefined || where !== short(machine) || !isOurs(name.slice(0, -whole.length))) continue
      if ((yield* stateOf({ pid: Number(pid), started: Number(started), machine })) === "runs") continue
      yield* Effect.ignore(files.remove(join(folder, name), { force: true }))
    }
  })
