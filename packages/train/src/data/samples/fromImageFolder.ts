import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { ioReason } from "../../file/ioReason.ts"
import { collect } from "../bytes/collect.ts"
import { file } from "../bytes/file.ts"
import { DataError } from "../dataError.ts"
import { decodeImage, type ImageOptions } from "../image/decodeImage.ts"
import type { NumericArray } from "../numericArray.ts"
import type { Column, Samples } from "./samples.ts"

/** What images become. */
export interface ImageFolderOptions extends ImageOptions {
  /** What each level from 0 to 255 is multiplied by: 1/255 by default. */
  readonly scale?: number
  /** What is added to that: 0 by default. */
  readonly shift?: number
}

/** Images in folders, of which each is a class. */
export interface ImageFolder {
  readonly samples: Samples
  /** The folders' names in alphabetical order: a target is a place in this list. */
  readonly classes: ReadonlyArray<string>
  /** Where the image of each sample is. */
  readonly paths: ReadonlyArray<string>
}

const isImage = (name: string): boolean => /^[^.].*\.(png|jpe?g)$/i.test(name)

/** How many files are read at a time. */
const atATime = 8

/** The names in a folder that do not begin with a dot, in alphabetical order. */
const namesIn = (folder: string): Effect.Effect<ReadonlyArray<string>, DataError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.mapBoth(files.readDirectory(folder), {
      onSuccess: (names) => names.filter((name) => !name.startsWith(".")).sort(),
      onFailure: (error) => new DataError({ source: folder, reason: `cannot read the folder: ${ioReason(error)}` })
    })
  )

/** Where an image is, and the place of its class. */
interface FoundImage {
  readonly path: string
  readonly target: number
}

/** The images of a folder's sub-folders, and these. */
const findImages = (folder: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const classes: Array<string> = []
    const found: Array<FoundImage> = []
    for (const name of yield* namesIn(folder)) {
      const path = `${folder}/${name}`
      const { type } = yield* Effect.mapError(
        files.stat(path),
        (error) => new DataError({ source: path, reason: `cannot read it: ${ioReason(error)}` })
      )
      if (type !== "Directory") continue
      const images = (yield* namesIn(path)).filter(isImage)
      if (images.length === 0) {
        return yield* Effect.fail(new DataError({ source: path, reason: "the folder has no PNG or JPEG in it" }))
      }
      for (const image of images) found.push({ path: `${path}/${image}`, target: classes.length })
      classes.push(name)
    }
    if (classes.length > 0) return { classes, found }
    return yield* Effect.fail(new DataError({ source: folder, reason: "it has no folder for any class" }))
  })

/**
 * The PNG and JPEG images of a folder whose sub-folders are the classes: `images`, `f32[channels, height, width]`, and
 * `targets`, `i32`, the places of the sub-folders' names in alphabetical order. Files are read and decoded when a batch needs
 * them (see `Read.image`), so that they may be more than fits into memory; those of other kinds, and names that begin with a
 * dot, are left out.
 *
 * Fails with a `DataError` that names the folder, where it or a class has no images; and, when a batch is made, the file that
 * cannot be read or decoded, or whose size is not that of the first image: images are not resized.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const none = Samples.fromImageFolder("digits", { channels: 1 }).pipe(
 *   Effect.provide(FileSystem.layerNoop({ readDirectory: () => Effect.succeed([]) }))
 * )
 * Effect.runSync(Effect.flip(none)).message // => "digits: it has no folder for any class"
 * ```
 */
export const fromImageFolder = (
  folder: string,
  { channels, scale = 1 / 255, shift = 0 }: ImageFolderOptions
): Effect.Effect<ImageFolder, DataError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { classes, found } = yield* findImages(folder)
    const read = (path: string): Effect.Effect<NumericArray, DataError> =>
      collect(file(path)).pipe(
        Effect.provideService(FileSystem.FileSystem, files),
        Effect.flatMap((bytes) => decodeImage(path, bytes, { channels }))
      )
    const imageOf = (sample: number) => found[sample] as FoundImage
    const first = imageOf(0)
    const { shape, elements } = yield* read(first.path)
    const [, height, width] = shape as [number, number, number]
    const size = elements.length

    const readSized = (path: string): Effect.Effect<NumericArray, DataError> =>
      Effect.filterOrFail(
        read(path),
        (image) => image.shape[1] === height && image.shape[2] === width,
        (image) => {
          const own = `${image.shape[2]} by ${image.shape[1]} pixels`
          return new DataError({ source: path, reason: `it has ${own}, ${first.path} has ${width} by ${height}` })
        }
      )
    const images: Column = {
      type: { dtype: "f32", shape },
      write: (samples, into) =>
        Effect.forEach(
          samples,
          (sample, row) =>
            Effect.map(readSized(imageOf(sample).path), ({ elements }) => {
              for (let at = 0; at < size; at++) into[row * size + at] = (elements[at] as number) * scale + shift
            }),
          { concurrency: atATime, discard: true }
        )
    }
    const targets: Column = {
      type: { dtype: "i32", shape: [] },
      write: (samples, into) =>
        Effect.sync(() => {
          for (const [row, sample] of samples.entries()) into[row] = imageOf(sample).target
        })
    }
    return {
      samples: { source: folder, count: found.length, columns: { images, targets } },
      classes,
      paths: found.map(({ path }) => path)
    }
  })
