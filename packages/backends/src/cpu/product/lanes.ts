import { type Code, get, type Local, sequence } from "../wasm/code.ts"
import { f32x4, f64x2, i32x4, shuffle32, v128 } from "../wasm/instructions.ts"
import type { ProductType } from "./productSpec.ts"

/** How elements of one type lie in vectors, and how vectors are multiplied. */
export interface Lanes {
  /** Bytes of an element. */
  readonly bytes: number
  /** Elements of a vector. */
  readonly count: number
  readonly add: (a: Code, b: Code) => Code
  /** a · b + c. */
  readonly multiplyAdd: (a: Code, b: Code, c: Code) => Code
  /** One element in all lanes. */
  readonly loadSplat: (address: Code, offset?: number) => Code
  /** One element in the first lane, zeros in the others. */
  readonly loadFirst: (address: Code, offset?: number) => Code
  /** A vector with an element from memory in one lane. */
  readonly loadLane: (address: Code, vector: Code, lane: number, offset?: number) => Code
  /** Stores one lane. */
  readonly storeLane: (address: Code, vector: Code, lane: number, offset?: number) => Code
}

const words = {
  bytes: 4,
  count: 4,
  loadSplat: v128.load32Splat,
  loadFirst: v128.load32Zero,
  loadLane: v128.load32Lane,
  storeLane: v128.store32Lane
} as const

const doubles = {
  bytes: 8,
  count: 2,
  loadSplat: v128.load64Splat,
  loadFirst: v128.load64Zero,
  loadLane: v128.load64Lane,
  storeLane: v128.store64Lane
} as const

const integers: Lanes = { ...words, add: i32x4.add, multiplyAdd: (a, b, c) => i32x4.add(c, i32x4.mul(a, b)) }

const floats = (shape: typeof words | typeof doubles, { add, mul }: Pick<typeof f32x4, "add" | "mul">): Lanes => ({
  ...shape,
  add,
  multiplyAdd: (a, b, c) => add(c, mul(a, b))
})

const separate = { f32: floats(words, f32x4), f64: floats(doubles, f64x2) } as const

const fusing = {
  f32: { ...separate.f32, multiplyAdd: f32x4.relaxedMultiplyAdd },
  f64: { ...separate.f64, multiplyAdd: f64x2.relaxedMultiplyAdd }
} as const

/** The lanes of a type; there is one object for each type and each way of rounding. */
export const lanesOf = (dtype: ProductType, fused: boolean): Lanes =>
  dtype === "i32" || dtype === "u32" ? integers : (fused ? fusing : separate)[dtype]

/** The first `count` elements of a vector from memory, zeros after them; nothing else is read. */
export const loadFew = (lanes: Lanes, count: number, address: Code, offset = 0): Code => {
  if (count === lanes.count) return v128.load(address, offset)
  if (count === 1) return lanes.loadFirst(address, offset)
  const two = v128.load64Zero(address, offset)
  return count === 2 ? two : v128.load32Lane(address, two, 2, offset + 8)
}

/** Stores the first `count` elements of a vector, and nothing else. */
export const storeFew = (lanes: Lanes, count: number, address: Code, vector: Local, offset = 0): Code => {
  if (count === lanes.count) return v128.store(address, get(vector), offset)
  if (count === 1) return lanes.storeLane(address, get(vector), 0, offset)
  const two = v128.store64Lane(address, get(vector), 0, offset)
  return count === 2 ? two : sequence(two, v128.store32Lane(address, get(vector), 2, offset + 8))
}

/** As many vectors as a vector has elements, columns of what the given ones are rows of. */
export const transposed = ({ count }: Lanes, rows: ReadonlyArray<Code>): ReadonlyArray<Code> => {
  const [a, b, c, d] = rows as readonly [Code, Code, Code, Code]
  if (count === 2) return [shuffle32(a, b, [0, 1, 4, 5]), shuffle32(a, b, [2, 3, 6, 7])]
  const [low, high, lowNext, highNext] = [
    shuffle32(a, b, [0, 4, 1, 5]),
    shuffle32(a, b, [2, 6, 3, 7]),
    shuffle32(c, d, [0, 4, 1, 5]),
    shuffle32(c, d, [2, 6, 3, 7])
  ] as const
  return [
    shuffle32(low, lowNext, [0, 1, 4, 5]),
    shuffle32(low, lowNext, [2, 3, 6, 7]),
    shuffle32(high, highNext, [0, 1, 4, 5]),
    shuffle32(high, highNext, [2, 3, 6, 7])
  ]
}
