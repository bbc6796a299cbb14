import * as Effect from "effect/Effect"
import type { DataError } from "../dataError.ts"
import { loadPackage } from "../package/loadPackage.ts"
import type { Decode } from "./png.ts"

/** What decodes JPEG, baseline and progressive. */
export const jpegDecoder = (source: string): Effect.Effect<Decode, DataError> =>
  Effect.map(
    loadPackage(source, "jpeg-js", () => import("jpeg-js")),
    ({ decode }) =>
      (bytes) => {
        const { width, height, data } = decode(bytes, {
          useTArray: true,
          formatAsRGBA: false,
          tolerantDecoding: false
        })
        return { width, height, channels: 3, values: data }
      }
  )
