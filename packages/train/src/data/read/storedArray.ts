import { Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import type { NumericArray, NumericElements } from "../numericArray.ts"

/** How elements stand in bytes. */
export interface StoredType {
  /** Bytes of one element. */
  readonly width: number
  /** The elements that aligned bytes in the host's order hold, or the place of one that no array of numbers here can hold. */
  readonly decode: (
    bytes: Uint8Array<ArrayBuffer>
  ) => NumericElements | { readonly wrongAt: number; readonly reason: string }
}

/** Elements of one type after the other, and what their format tells about them. */
export interface StoredArray {
  readonly type: StoredType
  readonly order: "big" | "little"
  readonly shape: ReadonlyArray<number>
  /** How many bytes come before the first element. */
  readonly from: number
}

/** A kind of typed array. */
interface TypedArrayConstructor<A> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, offset: number, length: number): A
}

/** Aligned bytes as the elements of a typed array, in the same memory. */
export const viewed = <A>(kind: TypedArrayConstructor<A>, bytes: Uint8Array<ArrayBuffer>): A =>
  new kind(bytes.buffer, bytes.byteOffset, bytes.length / kind.BYTES_PER_ELEMENT)

const hostOrder: StoredArray["order"] = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big"

/** Turns the bytes of each element around, where they are. */
const turnAround = (bytes: Uint8Array, width: number): void => {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse()
}

/** The elements of an array that takes all of a file's bytes but its header. */
export const storedArray = (
  source: string,
  all: Uint8Array<ArrayBuffer>,
  { type, order, shape, from }: StoredArray
): Effect.Effect<NumericArray, DataError> => {
  const { width } = type
  const end = from + Shape.size(shape) * width
  if (all.length !== end) {
    const reason =
      all.length < end
        ? `it ends here, but the elements of its shape [${shape}] end at byte ${end}`
        : `the elements of its shape [${shape}] end here, but it goes on to byte ${all.length}`
    return Effect.fail(new DataError({ source, offset: Math.min(all.length, end), reason }))
  }
  const isTurned = order !== hostOrder && width > 1
  // A file is held twice only where its bytes cannot stay as and where they are.
  const bytes = isTurned || (all.byteOffset + from) % width !== 0 ? all.slice(from) : all.subarray(from)
  if (isTurned) turnAround(bytes, width)
  const elements = type.decode(bytes)
  return "wrongAt" in elements
    ? Effect.fail(new DataError({ source, offset: from + elements.wrongAt * width, reason: elements.reason }))
    : Effect.succeed({ shape, elements })
}
