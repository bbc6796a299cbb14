import * as Effect from "effect/Effect"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import type { NumericArray, NumericElements } from "../numericArray.ts"
import { halfToNumber } from "./half.ts"
import { type StoredType, storedArray, viewed } from "./storedArray.ts"

const limit = 2n ** 31n

/** 64-bit integers as the 32-bit ones that they are to be, since programs have none that are longer. */
const longs = (values: BigInt64Array | BigUint64Array): ReturnType<StoredType["decode"]> => {
  const wrongAt = values.findIndex((value: bigint) => value < -limit || value >= limit)
  if (wrongAt < 0) return Int32Array.from(values, Number)
  return { wrongAt, reason: `the 64-bit integer ${values[wrongAt]} is beyond 32 bits` }
}

/** The element types that are numbers, by what NumPy calls them. */
const types: ReadonlyMap<string, StoredType> = new Map([
  ["b1", { width: 1, decode: (bytes) => viewed(Uint8Array, bytes) }],
  ["u1", { width: 1, decode: (bytes) => viewed(Uint8Array, bytes) }],
  ["i1", { width: 1, decode: (bytes) => viewed(Int8Array, bytes) }],
  ["u2", { width: 2, decode: (bytes) => viewed(Uint16Array, bytes) }],
  ["i2", { width: 2, decode: (bytes) => viewed(Int16Array, bytes) }],
  ["u4", { width: 4, decode: (bytes) => viewed(Uint32Array, bytes) }],
  ["i4", { width: 4, decode: (bytes) => viewed(Int32Array, bytes) }],
  ["u8", { width: 8, decode: (bytes) => longs(viewed(BigUint64Array, bytes)) }],
  ["i8", { width: 8, decode: (bytes) => longs(viewed(BigInt64Array, bytes)) }],
  ["f2", { width: 2, decode: (bytes) => Float32Array.from(viewed(Uint16Array, bytes), halfToNumber) }],
  ["f4", { width: 4, decode: (bytes) => viewed(Float32Array, bytes) }],
  ["f8", { width: 8, decode: (bytes) => viewed(Float64Array, bytes) }]
])

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** The lengths of a shape, after the last of which a comma may stand. */
const parseShape = (text: string): ReadonlyArray<number> | undefined => {
  if (text.trim() === "") return []
  const lengths = text
    .replace(/,\s*$/, "")
    .split(",")
    .map((length) => (/^\s*\d+L?\s*$/.test(length) ? Number.parseInt(length, 10) : -1))
  return lengths.every((length) => Number.isSafeInteger(length) && length >= 0) ? lengths : undefined
}

/** What a header says, in NumPy's spelling of a Python dictionary. */
const parseHeader = (text: string) => {
  const type = /'descr':\s*(?:'([<>|=])([^']*)'|\[)/.exec(text)
  const order = /'fortran_order':\s*(True|False)/.exec(text)
  const lengths = /'shape':\s*\(([\d\s,L]*)\)/.exec(text)
  const shape = lengths === null ? undefined : parseShape(lengths[1] as string)
  if (type === null || order === null || shape === undefined) return undefined
  return {
    order: type[1] === ">" ? ("big" as const) : ("little" as const),
    type: type[2] ?? "a record of several fields",
    isColumnMajor: order[1] === "True",
    shape
  }
}

/** Elements in row-major order, of some whose first axis is the one that changes fastest. */
const rowMajor = ({ shape, elements }: NumericArray): NumericArray => {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1))
  const turned: NumericElements = elements.slice()
  const index = shape.map(() => 0)
  let from = 0
  for (let at = 0; at < turned.length; at++) {
    turned[at] = elements[from] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [length, stride] = [shape[axis] as number, strides[axis] as number]
      const next = (index[axis] as number) + 1
      from += stride
      if (next < length) {
        index[axis] = next
        break
      }
      index[axis] = 0
      from -= length * stride
    }
  }
  return { shape, elements: turned }
}

/**
 * An array in NumPy's format npy, of numbers of any width and in any order. Booleans are 0 and 1, half-precision floats
 * become `Float32Array`, and 64-bit integers become `Int32Array`.
 *
 * Fails with a `DataError` that names the byte, where the bytes are of another format, end early or go on after the last
 * element, where its elements are no numbers, or a 64-bit integer is beyond 32 bits; and as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n"
 * const saved = Bytes.of("a.npy", Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY\x01\x00:\x00" + header), 7, 8))
 * Effect.runSync(Read.npy(saved)) // => { shape: [2], elements: Uint8Array.of(7, 8) }
 * Effect.runSync(Effect.flip(Read.npy(Bytes.of("a.npy", "1,2")))).message
 * // => "a.npy, byte 0: it is not of the format npy"
 * ```
 */
export const npy = <R>(bytes: Bytes<R>): Effect.Effect<NumericArray, DataError, R> =>
  Effect.flatMap(collect(bytes), (all) => npyArray(bytes.source, all))

/** The array that a whole file holds. */
export const npyArray = (source: string, all: Uint8Array<ArrayBuffer>): Effect.Effect<NumericArray, DataError> => {
  const fail = (offset: number, reason: string) => Effect.fail(new DataError({ source, offset, reason }))
  if (all.length === 0) return fail(0, "it is empty")
  if (magic.some((byte, at) => at < all.length && all[at] !== byte)) return fail(0, "it is not of the format npy")
  const view = new DataView(all.buffer)
  const fixed = all.length > magic.length && view.getUint8(6) > 1 ? 12 : 10
  if (all.length < fixed) return fail(all.length, "it ends here, in its header")
  const version = view.getUint8(6)
  if (version < 1 || version > 3) return fail(6, `it is of version ${version} of the format npy, not of 1, 2 or 3`)
  const from = fixed + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (all.length < from) return fail(all.length, `it ends here, in its header, which ends at byte ${from}`)
  const header = parseHeader(new TextDecoder().decode(all.subarray(fixed, from)))
  if (header === undefined) return fail(fixed, "its header does not tell the type, order and shape of an array")
  const { order, shape, isColumnMajor } = header
  const type = types.get(header.type)
  if (type === undefined) return fail(fixed, `its elements are no numbers of a known type, but ${header.type}`)
  const stored = storedArray(source, all, { type, order, shape, from })
  return isColumnMajor ? Effect.map(stored, rowMajor) : stored
}
