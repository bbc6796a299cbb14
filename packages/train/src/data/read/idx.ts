import * as Effect from "effect/Effect"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import type { NumericArray } from "../numericArray.ts"
import { type StoredType, storedArray, viewed } from "./storedArray.ts"

const types: ReadonlyMap<number, StoredType> = new Map([
  [0x08, { width: 1, decode: (bytes) => viewed(Uint8Array, bytes) }],
  [0x09, { width: 1, decode: (bytes) => viewed(Int8Array, bytes) }],
  [0x0b, { width: 2, decode: (bytes) => viewed(Int16Array, bytes) }],
  [0x0c, { width: 4, decode: (bytes) => viewed(Int32Array, bytes) }],
  [0x0d, { width: 4, decode: (bytes) => viewed(Float32Array, bytes) }],
  [0x0e, { width: 8, decode: (bytes) => viewed(Float64Array, bytes) }]
])

/**
 * An array in the IDX format, in which the MNIST database is kept: a magic number of two zeros, the element type and the
 * number of axes; the sizes of the axes; and the elements, all in big-endian order.
 *
 * Fails with a `DataError` that names the byte, where the bytes are of another format (compressed, say: see
 * `Bytes.uncompressed`), end early or go on after the last element; and as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4)
 * Effect.runSync(Read.idx(Bytes.of("labels", labels))) // => { shape: [3], elements: Uint8Array.of(5, 0, 4) }
 * Effect.runSync(Effect.flip(Read.idx(Bytes.of("labels", labels.subarray(0, 10))))).message
 * // => "labels, byte 10: it ends here, but the elements of its shape [3] end at byte 11"
 * ```
 */
export const idx = <R>(bytes: Bytes<R>): Effect.Effect<NumericArray, DataError, R> =>
  Effect.flatMap(collect(bytes), (all) => {
    const { source } = bytes
    const fail = (offset: number, reason: string) => Effect.fail(new DataError({ source, offset, reason }))
    if (all.length === 0) return fail(0, "it is empty")
    if (all.length < 4) return fail(all.length, "it ends here, in its magic number")
    const view = new DataView(all.buffer)
    const type = types.get(view.getUint8(2))
    if (view.getUint16(0) !== 0 || type === undefined) {
      const magic = view.getUint32(0).toString(16).padStart(8, "0")
      const hint = view.getUint16(0) === 0x1f8b ? ", but of gzip's: decompress it" : ""
      return fail(0, `it is not of the IDX format${hint} (it begins with ${magic})`)
    }
    const axes = view.getUint8(3)
    const from = 4 + 4 * axes
    if (all.length < from) return fail(all.length, `it ends here, before the sizes of its ${axes} axes`)
    const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
    return storedArray(source, all, { type, order: "big", shape, from })
  })
