import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import { isMissing } from "../file/ioReason.ts"
import type { CheckpointError } from "./checkpointError.ts"
import { ioFailure } from "./ioFailure.ts"
import { partialName, removePartials } from "./partialFiles.ts"
import type { Parts } from "./parts.ts"

/** The most bytes that are written at once; some systems take no more than 2³¹. */
const mostAtOnce = 2 ** 28

/**
 * Writes a file whose places see the old one or all of the new one, whenever this ends and however: the parts go to a file
 * beside it, which is then on the device before it is moved. Further places, which are in the same folder and come after
 * `path`, are given a copy: where one of those cannot be put there, it is as it was, and `path` has the new one. What a link
 * leads to is written, and the link stays.
 *
 * Whatever was left there by a process of this machine that ended midway is removed. The folder is synchronised, too, so
 * that the move outlives a loss of power; where a system cannot do that (Windows), the move may be lost, and the old file is
 * there.
 */
export const writeAtomically = (
  place: string,
  parts: Parts,
  further: ReadonlyArray<string> = []
): Effect.Effect<void, CheckpointError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { basename, dirname } = yield* Path.Path
    const path = yield* followed(place)
    const places = [...further, path].map((each) => basename(each))
    yield* removePartials(dirname(path), (name) => places.includes(name))
    const written = yield* partialName(path)
    const copies = yield* Effect.forEach(further, (place) =>
      Effect.map(partialName(place), (copy) => ({ place, copy }))
    )
    const moves = Effect.gen(function* () {
      for (const { copy } of copies) yield* Effect.catch(files.link(written, copy), () => copyTo(files, written, copy))
      yield* files.rename(written, path)
      for (const { place, copy } of copies) yield* files.rename(copy, place)
      yield* Effect.ignore(synchronise(files, dirname(path), "r"))
    })
    const remove = Effect.forEach(
      [written, ...copies.map(({ copy }) => copy)],
      (file) => Effect.ignore(files.remove(file, { force: true })),
      { discard: true }
    )
    const all = Effect.andThen(write(files, written, parts), Effect.uninterruptible(moves))
    yield* Effect.onError(all, () => remove)
  }).pipe(Effect.mapError(ioFailure(place, "write")))

/** Where a path leads through links, of which the last one may lead to what is not there yet. */
const followed = (
  path: string
): Effect.Effect<string, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { dirname, resolve } = yield* Path.Path
    const real = yield* Effect.catchIf(files.realPath(path), isMissing, () => Effect.succeed(undefined))
    if (real !== undefined) return real
    const target = yield* Effect.orElseSucceed(files.readLink(path), () => undefined)
    return target === undefined ? path : yield* followed(resolve(yield* files.realPath(dirname(path)), target))
  })

type Io = Effect.Effect<void, PlatformError.PlatformError>

/** Writes a new file, which is on the device then. */
const write = (files: FileSystem.FileSystem, path: string, parts: Parts): Io =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* files.open(path, { flag: "wx" })
      for (const part of parts) {
        const bytes = part()
        for (let at = 0; at < bytes.length; at += mostAtOnce) yield* file.writeAll(bytes.subarray(at, at + mostAtOnce))
      }
      yield* file.sync
    })
  )

const copyTo = (files: FileSystem.FileSystem, from: string, to: string): Io =>
  Effect.andThen(files.copyFile(from, to), synchronise(files, to, "r+"))

const synchronise = (files: FileSystem.FileSystem, path: string, flag: "r" | "r+"): Io =>
  Effect.scoped(Effect.flatMap(files.open(path, { flag }), ({ sync }) => sync))
