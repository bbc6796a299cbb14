import { Shape } from "@residual/core"
import { DataError } from "@residual/train"
import * as Effect from "effect/Effect"

/** An array of bytes. */
export interface IdxArray {
  readonly shape: ReadonlyArray<number>
  readonly elements: Uint8Array
}

/** What the format calls bytes without a sign. */
const unsignedBytes = 8

/**
 * An array of bytes in IDX, the format of MNIST's files: two bytes 0, the element type, the rank, each dimension in four
 * bytes, and the elements. Fails for another format, element type or rank, and for fewer or more elements.
 */
export const readIdx = (
  source: string,
  bytes: Uint8Array,
  ranks: ReadonlyArray<number>
): Effect.Effect<IdxArray, DataError> => {
  const fail = (offset: number, reason: string) => Effect.fail(new DataError({ source, offset, reason }))
  const [first, second, type, rank = 0] = bytes
  if (first !== 0 || second !== 0 || rank === 0) return fail(0, "it is not of the IDX format")
  if (type !== unsignedBytes) return fail(2, `its elements are of type ${type}, not bytes without a sign (8)`)
  if (!ranks.includes(rank)) return fail(3, `it has ${rank} dimensions, not ${ranks.join(" or ")}`)
  const begin = 4 + 4 * rank
  if (bytes.length < begin) return fail(bytes.length, "it ends inside its header")
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const [wanted, found] = [Shape.size(shape), bytes.length - begin]
  return found === wanted
    ? Effect.succeed({ shape, elements: bytes.subarray(begin) })
    : fail(bytes.length, `it has ${found} elements, its dimensions ${shape.join(" × ")} need ${wanted}`)
}
