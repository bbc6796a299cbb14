import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { hashPath } from "../../src/random/hashPath.ts"
import { RandomError } from "../../src/random/randomError.ts"
import { bits32, foldIn, keyFromSeed, split, threefry2x32 } from "../../src/random/threefry.ts"

describe("threefry2x32", () => {
  // Random123's kat_vectors, 20 rounds: counter, key, result.
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe]
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7]
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0]
    ]
  ] as const)("of counter %j under key %j is the published %j", ([counter0, counter1], [key0, key1], expected) => {
    expect(threefry2x32(key0, key1, counter0, counter1)).toEqual(expected)
  })

  const word = fc.nat(0xffffffff)
  test.prop([word, word, word, word])("gives unsigned words, the same for the same input", (a, b, c, d) => {
    const block = threefry2x32(a, b, c, d)
    expect(block).toEqual(threefry2x32(a, b, c, d))
    for (const half of block) expect(half >>> 0).toBe(half)
    expect(threefry2x32(a, b, (c + 1) >>> 0, d)).not.toEqual(block)
  })
})

describe("keys", () => {
  it("of seeds are their 64 bits", () => {
    expect(keyFromSeed(0)).toEqual([0, 0])
    expect(keyFromSeed(42)).toEqual([0, 42])
    expect(keyFromSeed(2 ** 40 + 5)).toEqual([256, 5])
    expect(keyFromSeed(-1)).toEqual([0xffffffff, 0xffffffff])
  })

  it.each([0.5, NaN, Infinity, 2 ** 53])("refuse the seed %d", (seed) => {
    expect(() => keyFromSeed(seed)).toThrowError(new RandomError("keyFromSeed", seed, "a safe integer"))
  })

  // jax.random.split with jax_threefry_partitionable.
  it("split as JAX splits them", () => {
    expect(split(keyFromSeed(0))).toEqual([
      [1797259609, 2579123966],
      [928981903, 3453687069]
    ])
    expect(split(keyFromSeed(42), 3)).toEqual([
      [1832780943, 270669613],
      [64467757, 2916123636],
      [2465931498, 255383827]
    ])
    expect(split(keyFromSeed(1))).toEqual([
      [507451445, 1853169794],
      [1948878966, 4237131848]
    ])
    expect(() => split([0, 0], -1)).toThrowError(RandomError)
  })

  test.prop([fc.maxSafeInteger(), fc.nat(20), fc.nat(20)])("split the same whatever the count", (seed, few, more) => {
    expect(split(keyFromSeed(seed), few + more).slice(0, few)).toEqual(split(keyFromSeed(seed), few))
  })

  it("fold in an integer as JAX does: the block of the integer's own key", () => {
    expect(foldIn([3, 4], 7)).toEqual(threefry2x32(3, 4, 0, 7))
    expect(foldIn([3, 4], -1)).toEqual(threefry2x32(3, 4, 0, 0xffffffff))
  })
})

describe("random bits", () => {
  // jax.random.uniform(jax.random.key(0), (4,)): the 23 high bits of each word.
  it("are JAX's partitionable ones", () => {
    const uniforms = [0, 1, 2, 3].map((index) => (bits32(keyFromSeed(0), index) >>> 9) * 2 ** -23)
    const published = [0.9476670027, 0.9785798788, 0.3322914839, 0.4686684608]
    for (const [index, u] of uniforms.entries()) expect(u).toBeCloseTo(published[index] ?? NaN, 9)
  })

  it("continue beyond 32 bits of index", () => {
    const [y0, y1] = threefry2x32(1, 2, 3, 4)
    expect(bits32([1, 2], 3 * 2 ** 32 + 4)).toBe((y0 ^ y1) >>> 0)
  })
})

describe("hashPath", () => {
  it.each([
    ["", 0x811c9dc5],
    ["a", 0xe40c292c],
    ["b", 0xe70c2de5],
    ["foobar", 0xbf9cf968]
  ])("of %j is FNV-1a's published value", (segment, expected) => {
    expect(hashPath(segment)).toBe(expected)
  })

  test.prop([fc.string({ unit: "grapheme" })])("is that of the segment's UTF-8 bytes", (segment) => {
    let hash = 0x811c9dc5n
    for (const byte of new TextEncoder().encode(segment)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn
    expect(hashPath(segment)).toBe(Number(hash))
  })
})
