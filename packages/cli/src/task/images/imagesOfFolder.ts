import { Bytes, DataError, Read } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { type SourceOptions, sourceBytes } from "../source/sourceBytes.ts"
import type { BytesArray, ImageSets, Images } from "./imageSets.ts"

/** MNIST's files, and those of the sets that are in its format. */
const names = {
  learned: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  tested: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" }
} as const

/** The images of a folder that holds MNIST's four files, gzipped or not. Fails where one is missing or is none of these. */
export const imagesOfFolder = (folder: string, options: SourceOptions) =>
  Effect.gen(function* () {
    const { join } = yield* Path.Path
    const read = (name: string, ranks: ReadonlyArray<number>) =>
      Effect.flatMap(fileOf(join(folder, name)), (path) => readFile(path, ranks, options))
    const readSet = ({ images, labels }: (typeof names)["learned" | "tested"]) =>
      Effect.flatMap(Effect.all([read(images, [3, 4]), read(labels, [1])]), ([pixels, classes]) =>
        imagesOf(join(folder, labels), pixels, classes)
      )
    const sets: ImageSets = {
      source: folder,
      learned: yield* readSet(names.learned),
      tested: yield* readSet(names.tested)
    }
    const [size, other] = [sizeOf(sets.learned), sizeOf(sets.tested)]
    if (size !== other) {
      const reason = `images to learn from are of ${size}, those for tests of ${other}`
      return yield* Effect.fail(new DataError({ source: folder, reason }))
    }
    return sets
  })

/** Channels, rows and columns. */
const sizeOf = ({ pixels }: Images): string => pixels.shape.slice(1).join("×")

/** The file of a name, or the one that it is gzipped in. */
const fileOf = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    for (const candidate of [path, `${path}.gz`]) {
      if (yield* Effect.orElseSucceed(files.exists(candidate), () => false)) return candidate
    }
    return yield* Effect.fail(new DataError({ source: path, reason: "there is no such file, gzipped (.gz) or not" }))
  })

/** An array of bytes, of one of some ranks. */
const readFile = (path: string, ranks: ReadonlyArray<number>, options: SourceOptions) =>
  Effect.flatMap(
    Read.idx(Bytes.uncompressed(sourceBytes(path, options))),
    ({ shape, elements }): Effect.Effect<BytesArray, DataError> => {
      const fail = (reason: string) => Effect.fail(new DataError({ source: path, reason }))
      if (!ranks.includes(shape.length)) return fail(`it has ${shape.length} dimensions, not ${ranks.join(" or ")}`)
      if (!(elements instanceof Uint8Array)) return fail("its elements are not bytes without a sign")
      return Effect.succeed({ shape, elements })
    }
  )

/** Images with their classes: a rank of three has one channel. */
const imagesOf = (source: string, pixels: BytesArray, labels: BytesArray): Effect.Effect<Images, DataError> => {
  const [count, ...rest] = pixels.shape as [number, ...ReadonlyArray<number>]
  const shape = rest.length === 2 ? [count, 1, ...rest] : pixels.shape
  const known = labels.elements.length
  return known === count
    ? Effect.succeed({ pixels: { shape, elements: pixels.elements }, labels: labels.elements })
    : Effect.fail(new DataError({ source, reason: `it has ${known} labels for ${count} images` }))
}
