import * as Effect from "effect/Effect"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import type { DataError } from "../dataError.ts"
import { decodeImage, type ImageOptions } from "../image/decodeImage.ts"
import type { NumericArray } from "../numericArray.ts"

/**
 * An image in PNG or JPEG: `[channels, height, width]` of levels from 0 to 255. Grey is made colour, and colour grey by its
 * brightness (ITU-R BT.601); 16 bits are cut to the upper 8; transparency is left out. PNG is read by the package
 * `fast-png`, JPEG by `jpeg-js`, which are installed beside this one.
 *
 * Fails with a `DataError` where the bytes are of another format, are damaged or end early, or the package is not there; and
 * as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const dot =
 *   "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AQAAygDJmcpdfgAAAABJRU5ErkJggg=="
 * const image = Read.image(Bytes.of("dot.png", Buffer.from(dot, "base64")), { channels: 1 })
 * await Effect.runPromise(image) // => { shape: [1, 1, 1], elements: Uint8Array.of(200) }
 * ```
 */
export const image = <R>(bytes: Bytes<R>, options: ImageOptions): Effect.Effect<NumericArray, DataError, R> =>
  Effect.flatMap(collect(bytes), (all) => decodeImage(bytes.source, all, options))
