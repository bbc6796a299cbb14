import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import type { NumericArray } from "../numericArray.ts"
import { jpegDecoder } from "./jpeg.ts"
import { type Pixels, planes } from "./pixels.ts"
import { pngDecoder } from "./png.ts"

/** What an image is to be. */
export interface ImageOptions {
  /** 1 for levels of grey, 3 for red, green and blue: an image of the other kind is made one of this. */
  readonly channels: 1 | 3
}

const formats = [
  { name: "PNG", magic: [0x89, 0x50, 0x4e, 0x47], decoder: pngDecoder },
  { name: "JPEG", magic: [0xff, 0xd8, 0xff], decoder: jpegDecoder }
] as const

/** The image that a whole file holds. */
export const decodeImage = (
  source: string,
  bytes: Uint8Array,
  { channels }: ImageOptions
): Effect.Effect<NumericArray, DataError> => {
  if (bytes.length === 0) return Effect.fail(new DataError({ source, reason: "it is empty" }))
  const format = formats.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))
  if (format === undefined) return Effect.fail(new DataError({ source, reason: "it is neither PNG nor JPEG" }))
  return format.decoder(source).pipe(
    Effect.flatMap((decode) =>
      Effect.try({
        try: (): Pixels => decode(bytes),
        catch: (cause) =>
          new DataError({ source, reason: `it is no whole ${format.name}: ${(cause as Error).message}` })
      })
    ),
    Effect.map((pixels) => ({ shape: [channels, pixels.height, pixels.width], elements: planes(pixels, channels) }))
  )
}
