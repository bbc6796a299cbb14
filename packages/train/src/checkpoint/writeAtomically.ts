import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Random from "effect/Random"
import type { CheckpointError } from "./checkpointError.ts"
import { ioFailure } from "./ioFailure.ts"
import type { Parts } from "./parts.ts"

/** How files end that are not written to their end, beside the place that they are for. */
const partial = /\.[0-9a-z]{1,12}\.partial$/

/**
 * Writes a file whose places see the old one or all of the new one, whenever this ends and however: the parts go to a file
 * beside it, which is then on the device before it is moved. Further places, which are in the same folder and come before
 * `path`, are given a copy.
 *
 * Whatever was left there by a process that ended midway is removed. The folder is synchronised, too, so that the move
 * outlives a loss of power; where a system cannot do that (Windows), the move may be lost, and the old file is there.
 */
export const writeAtomically = (
  path: string,
  parts: Parts,
  further: ReadonlyArray<string> = []
): Effect.Effect<void, CheckpointError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { basename, dirname } = yield* Path.Path
    const places = [...further, path].map((place) => basename(place))
    yield* removePartials(dirname(path), (place) => places.includes(place))
    const written = yield* partialName(path)
    const copies = yield* Effect.forEach(further, (place) =>
      Effect.map(partialName(place), (copy) => ({ place, copy }))
    )
    const moves = Effect.gen(function* () {
      for (const { place, copy } of copies) {
        yield* Effect.catch(files.link(written, copy), () => copyTo(files, written, copy))
        yield* files.rename(copy, place)
      }
      yield* files.rename(written, path)
      yield* Effect.ignore(synchronise(files, dirname(path), "r"))
    })
    const remove = Effect.forEach(
      [written, ...copies.map(({ copy }) => copy)],
      (file) => Effect.ignore(files.remove(file, { force: true })),
      { discard: true }
    )
    const all = Effect.andThen(write(files, written, parts), Effect.uninterruptible(moves))
    yield* Effect.onError(all, () => remove)
  }).pipe(Effect.mapError(ioFailure(path, "write")))

/** Removes what is in a folder and was left by processes that ended before they had moved it to its place. */
export const removePartials = (
  folder: string,
  isOurs: (place: string) => boolean
): Effect.Effect<void, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const names = yield* Effect.orElseSucceed(files.readDirectory(folder), () => [])
    const left = names.filter((name) => partial.test(name) && isOurs(name.replace(partial, "")))
    yield* Effect.forEach(left, (name) => Effect.ignore(files.remove(join(folder, name), { force: true })), {
      discard: true
    })
  })

const partialName = (path: string): Effect.Effect<string> =>
  Effect.map(Random.nextIntBetween(0, 2 ** 48), (number) => `${path}.${number.toString(36)}.partial`)

type Io = Effect.Effect<void, PlatformError.PlatformError>

/** Writes a new file, which is on the device then. */
const write = (files: FileSystem.FileSystem, path: string, parts: Parts): Io =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* files.open(path, { flag: "wx" })
      yield* Effect.forEach(parts, (part) => Effect.suspend(() => file.writeAll(part())), { discard: true })
      yield* file.sync
    })
  )

const copyTo = (files: FileSystem.FileSystem, from: string, to: string): Io =>
  Effect.andThen(files.copyFile(from, to), synchronise(files, to, "r+"))

const synchronise = (files: FileSystem.FileSystem, path: string, flag: "r" | "r+"): Io =>
  Effect.scoped(Effect.flatMap(files.open(path, { flag }), ({ sync }) => sync))
