import { readFileSync } from "node:fs"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect, FileSystem, Schema, Stream } from "effect"
import { Bytes, Read, Samples } from "../src/index.ts"

const Fixtures = Schema.Array(
  Schema.Struct({
    name: Schema.String,
    file: Schema.Uint8ArrayFromBase64,
    height: Schema.Int,
    width: Schema.Int,
    grey: Schema.Array(Schema.Int),
    rgb: Schema.Array(Schema.Int)
  })
)
const text = readFileSync(new URL("./fixtures/data/images.golden.json", import.meta.url), "utf8")
const images = Schema.decodeUnknownSync(Schema.fromJsonString(Fixtures))(text)
const named = (name: string) => images.find((image) => image.name === name) as (typeof images)[number]

/**
 * How far levels may be from Pillow's. PNG has none to choose. JPEG's transform is rounded in other places, which may make
 * 2 of a difference in a channel; where colour has half the resolution, Pillow smooths what jpeg-js repeats.
 */
const tolerance = (name: string): number => {
  if (name.endsWith(".png")) return 0
  return name === "subsampled.jpg" ? 8 : 2
}

describe("images", () => {
  it.effect.each(images.map((image) => [image.name, image] as const))(
    "are what Pillow makes of them: %s",
    ([name, image]) =>
      Effect.gen(function* () {
        for (const channels of [1, 3] as const) {
          const { shape, elements } = yield* Read.image(Bytes.of(name, image.file), { channels })
          assert.deepStrictEqual(shape, [channels, image.height, image.width])
          const expected = channels === 1 ? image.grey : image.rgb
          assert.strictEqual(elements.length, expected.length)
          const furthest = expected.reduce(
            (most, level, at) => Math.max(most, Math.abs(level - (elements[at] as number))),
            0
          )
          assert.isAtMost(furthest, tolerance(name))
        }
      })
  )

  it.live.each(["rgb.png", "palette.png", "rgb.jpg", "progressive.jpg"])(
    "are refused wherever they are cut off: %s",
    (name) =>
      Effect.gen(function* () {
        const { file } = named(name)
        for (let length = 0; length < file.length; length++) {
          const read = Read.image(Bytes.of(name, file.subarray(0, length)), { channels: 3 })
          assert.strictEqual((yield* Effect.flip(read)).source, name)
        }
      })
  )

  it.live("are refused where a byte is wrong, in PNG", () =>
    Effect.gen(function* () {
      const { file } = named("rgb.png")
      // What each piece holds is checked by its sum; bytes 8 to 16 tell the length and name of the first piece.
      for (let at = 16; at < file.length - 12; at += 3) {
        const damaged = Uint8Array.from(file, (byte, place) => (place === at ? byte ^ 4 : byte))
        const error = yield* Effect.flip(Read.image(Bytes.of("t.png", damaged), { channels: 3 }))
        assert.match(error.message, /^t\.png: it is no whole PNG: /)
      }
    })
  )

  it.effect.each([
    ["empty", new Uint8Array(0), "t: it is empty"],
    ["of another format", new TextEncoder().encode("GIF89a"), "t: it is neither PNG nor JPEG"]
  ] as const)("are refused where they are %s", ([, bytes, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(Read.image(Bytes.of("t", bytes), { channels: 1 }))).message, message)
    })
  )
})

describe("folders of images", () => {
  type Files = Readonly<Record<string, Uint8Array>>

  /** A folder with files in folders. */
  const withFiles = <A, E>(files: Files, use: (folder: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
    Effect.gen(function* () {
      const system = yield* FileSystem.FileSystem
      const folder = yield* system.makeTempDirectoryScoped()
      for (const [path, bytes] of Object.entries(files)) {
        const parent = path.split("/").slice(0, -1).join("/")
        yield* system.makeDirectory(`${folder}/${parent}`, { recursive: true })
        yield* system.writeFile(`${folder}/${path}`, bytes)
      }
      return yield* use(folder)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

  const [grey, colour, photo] = [named("grey.png").file, named("rgb.png").file, named("rgb.jpg").file]
  const good: Files = {
    "zero/b.png": grey,
    "zero/a.PNG": colour,
    "one/c.png": colour,
    "one/notes.txt": new Uint8Array(3),
    "one/.hidden.png": new Uint8Array(3),
    "readme.txt": new Uint8Array(3)
  }

  it.live("are samples of a class for each sub-folder, in alphabetical order", () =>
    withFiles(good, (folder) =>
      Effect.gen(function* () {
        const { samples, classes, paths } = yield* Samples.fromImageFolder(folder, { channels: 1 })
        assert.deepStrictEqual(classes, ["one", "zero"])
        assert.deepStrictEqual(paths, [`${folder}/one/c.png`, `${folder}/zero/a.PNG`, `${folder}/zero/b.png`])
        const [batch] = yield* Stream.runCollect(Samples.orderedBatches(samples, { batch: 3 }))
        assert.deepStrictEqual(Tensor.toArray(batch?.["targets"] as Tensor.Tensor), [0, 1, 1])
        const read = batch?.["images"] as Tensor.Tensor
        assert.deepStrictEqual(read.type, { dtype: "f32", shape: [3, 1, 5, 7] })
        const levels = [...named("rgb.png").grey, ...named("rgb.png").grey, ...named("grey.png").grey]
        assert.deepStrictEqual(
          Tensor.toTypedArray(read),
          Float32Array.from(levels, (level) => level * (1 / 255))
        )
      })
    )
  )

  it.live("are scaled as it is said", () =>
    withFiles(good, (folder) =>
      Effect.gen(function* () {
        const { samples } = yield* Samples.fromImageFolder(folder, { channels: 3, scale: 2, shift: -1 })
        const options = { batch: 1, key: HostRandom.keyFromSeed(0) }
        const [batch] = yield* Stream.runCollect(Stream.take(Samples.shuffledBatches(samples, options), 1))
        const levels = Tensor.toTypedArray(batch?.["images"] as Tensor.Tensor)
        assert.isTrue(levels.every((level) => level % 2 !== 0 && level >= -1 && level <= 509))
      })
    )
  )

  const opened = (folder: string) => Samples.fromImageFolder(folder, { channels: 1 })
  const read = (folder: string) =>
    Effect.flatMap(opened(folder), ({ samples }) => Stream.runDrain(Samples.orderedBatches(samples, { batch: 9 })))

  it.live.each<readonly [name: string, files: Files, message: string]>([
    ["there are no sub-folders", { "a.png": grey }, ": it has no folder for any class"],
    ["a class has no images", { "a/b.png": grey, "c/d.txt": grey }, "/c: the folder has no PNG or JPEG in it"],
    ["the first image is none", { "a/b.png": new Uint8Array(4) }, "/a/b.png: it is neither PNG nor JPEG"]
  ])("are refused where %s", ([, files, message]) =>
    withFiles(files, (folder) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* Effect.flip(opened(folder))).message, `${folder}${message}`)
      })
    )
  )

  it.live("are refused where there is no folder", () =>
    withFiles({}, (folder) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(opened(`${folder}/none`))
        assert.strictEqual(error.message, `${folder}/none: cannot read the folder: there is no such file or folder`)
      })
    )
  )

  it.live("fail with the file whose size is another, or that is damaged, when it is read", () =>
    withFiles({ "a/a.png": grey, "b/b.jpg": photo }, (folder) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(read(folder))
        assert.strictEqual(error.source, `${folder}/b/b.jpg`)
        assert.strictEqual(error.reason, `it has 32 by 24 pixels, ${folder}/a/a.png has 7 by 5`)
      })
    ).pipe(
      Effect.andThen(
        withFiles({ "a/a.png": grey, "a/b.png": grey.subarray(0, 60) }, (folder) =>
          Effect.gen(function* () {
            const error = yield* Effect.flip(read(folder))
            assert.strictEqual(error.source, `${folder}/a/b.png`)
            assert.match(error.reason, /^it is no whole PNG: /)
          })
        )
      )
    )
  )
})
