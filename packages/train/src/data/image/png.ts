import * as Effect from "effect/Effect"
import type { DecodedPng } from "fast-png"
import type { DataError } from "../dataError.ts"
import { loadPackage } from "../package/loadPackage.ts"
import type { Pixels } from "./pixels.ts"

/** Values of fewer bits than eight, several in a byte, each row beginning with one of its own; spread over 0 to 255. */
const unpacked = ({ width, height, depth, channels, data }: DecodedPng): Uint8Array => {
  const [perRow, most] = [width * channels, 2 ** depth - 1]
  const rowBytes = Math.ceil((perRow * depth) / 8)
  return Uint8Array.from({ length: perRow * height }, (_, at) => {
    const bit = (at % perRow) * depth
    const byte = data[Math.floor(at / perRow) * rowBytes + (bit >> 3)] as number
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most
  })
}

const valuesOf = (png: DecodedPng): Uint8Array => {
  if (png.depth < 8) return unpacked(png)
  return png.depth === 16 ? Uint8Array.from(png.data, (value) => value >> 8) : Uint8Array.from(png.data)
}

/** How PNG is decoded: throws for what is not, or is damaged. */
export type Decode = (bytes: Uint8Array) => Pixels

/** What decodes PNG, of all depths and kinds. */
export const pngDecoder = (source: string): Effect.Effect<Decode, DataError> =>
  Effect.map(
    loadPackage(source, "fast-png", () => import("fast-png")),
    ({ decode, convertIndexedToRgb }) =>
      (bytes) => {
        const png = decode(bytes, { checkCrc: true })
        const { width, height, palette } = png
        if (palette === undefined) return { width, height, channels: png.channels, values: valuesOf(png) }
        return { width, height, channels: (palette[0] as Array<number>).length, values: convertIndexedToRgb(png) }
      }
  )
