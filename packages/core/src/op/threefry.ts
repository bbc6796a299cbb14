import { composite } from "../composite.ts"
import { isInteger } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { add } from "./arithmetic.ts"
import { or, shiftLeft, shiftRight, xor } from "./bits.ts"
import { cast } from "./cast.ts"
import { fill, iota } from "./leaf.ts"
import { concat, slice } from "./movement.ts"
import { expandDims, reshape } from "./stretch.ts"

const parity = 0x1bd11bda
const rotations: ReadonlyArray<ReadonlyArray<number>> = [
  [13, 15, 26, 6],
  [17, 29, 16, 24]
]

const rotateLeft = (x: AnyExpr, count: number): AnyExpr => or(shiftLeft(x, count), shiftRight(x, 32 - count))

const wordOf = (key: AnyExpr, at: number): AnyExpr => reshape(slice(key, { starts: [at], stops: [at + 1] }), [])

const isKey = ({ type: { dtype, shape } }: AnyExpr): boolean => dtype === "u32" && ShapeOf.equals(shape, [2])

const checkKey = (op: string, key: AnyExpr): void => {
  if (!isKey(key)) throw new ShapeError(op, [key.type], "a key, u32[2]")
}

const blocks = composite("threefry2x32", {
  body: ([key, counter0, counter1]) => {
    const key0 = wordOf(key as AnyExpr, 0)
    const key1 = wordOf(key as AnyExpr, 1)
    const schedule = [key0, key1, xor(xor(key0, key1), parity)]
    let x0 = add(counter0 as AnyExpr, key0)
    let x1 = add(counter1 as AnyExpr, key1)
    for (let group = 0; group < 5; group++) {
      for (const rotation of rotations[group % 2] as ReadonlyArray<number>) {
        x0 = add(x0, x1)
        x1 = xor(rotateLeft(x1, rotation), x0)
      }
      x0 = add(x0, schedule[(group + 1) % 3] as AnyExpr)
      x1 = add(x1, add(schedule[(group + 2) % 3] as AnyExpr, group + 1))
    }
    return [x0, x1]
  },
  backward: "none",
  rule: "none"
})

/**
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011): the two words that a key makes of each pair of counter words, as
 * `HostRandom.threefry2x32` makes them on the host. Shape: key `u32[2]`, two counters `u32[...]` -> two of `u32[...]`.
 * Throws a `ShapeError` for operands of other types.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const counter = op.iota([8], { dtype: "u32" })
 * op.threefry2x32(input("key", [2], { dtype: "u32" }), counter, counter)[0].type // => { dtype: "u32", shape: [8] }
 * ```
 */
export const threefry2x32 = (key: AnyExpr, counter0: AnyExpr, counter1: AnyExpr): readonly [AnyExpr, AnyExpr] => {
  checkKey("threefry2x32", key)
  if (counter0.type.dtype !== "u32" || counter1.type.dtype !== "u32") {
    throw new ShapeError("threefry2x32", [key.type, counter0.type, counter1.type], "counters of type u32")
  }
  return blocks.all([key, counter0, counter1], {}) as readonly [AnyExpr, AnyExpr]
}

/**
 * Keys derived from one, each independent of the others and of it: `count` of them, two by default. They are those of
 * `HostRandom.split`, and JAX's. Shape: key `u32[2]` -> `count` of `u32[2]`. Throws a `ShapeError` for a key of another
 * type, and for a count that is not a natural number.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const [first, second] = op.keySplit(input("key", [2], { dtype: "u32" }))
 * op.add(op.normal(first!, [4]), op.normal(second!, [4])).type.shape // => [4]
 * ```
 */
export const keySplit = (key: AnyExpr, count = 2): ReadonlyArray<AnyExpr> => {
  checkKey("keySplit", key)
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ShapeError("keySplit", [key.type], `a natural number of keys, not ${count}`)
  }
  const position = iota([count], { dtype: "u32" })
  const [y0, y1] = threefry2x32(key, fill(0, position.type), position)
  const pairs = concat([expandDims(y0, 1), expandDims(y1, 1)], { axis: 1 })
  return Array.from({ length: count }, (_, at) => reshape(slice(pairs, { starts: [at], stops: [at + 1] }), [2]))
}

/**
 * The key derived from another by a 32-bit integer, given as a number or computed: for what is numbered (a step, a row)
 * or named (`HostRandom.hashPath`). It is that of `HostRandom.foldIn`, and JAX's. Shape: key `u32[2]`, data an integer
 * `[]` -> `u32[2]`. Throws a `ShapeError` for operands of other types.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.foldIn(input("key", [2], { dtype: "u32" }), 7).type // => { dtype: "u32", shape: [2] }
 * ```
 */
export const foldIn = (key: AnyExpr, data: AnyExpr | number): AnyExpr => {
  checkKey("foldIn", key)
  if (typeof data !== "number" && (!isInteger(data.type.dtype) || data.type.shape.length !== 0)) {
    throw new ShapeError("foldIn", [key.type, data.type], "a key and an integer scalar")
  }
  if (typeof data === "number" && !Number.isSafeInteger(data)) {
    throw new ShapeError("foldIn", [key.type], `an integer, not ${data}`)
  }
  const counter = typeof data === "number" ? fill(data >>> 0, { dtype: "u32", shape: [] }) : cast(data, "u32")
  const [y0, y1] = threefry2x32(key, fill(0, counter.type), counter)
  return concat([reshape(y0, [1]), reshape(y1, [1])])
}
