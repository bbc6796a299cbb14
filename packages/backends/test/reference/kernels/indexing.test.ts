import { fc, test as property } from "@fast-check/vitest"
import { type AnyExpr, apply, op, primitives } from "@residual/core"
import { describe, expect, test } from "vitest"
import { computed, elementAt, f64, i32, placesOf, tabulated, u32 } from "../computed.ts"

const walk = fc.record({
  batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  before: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
  length: fc.integer({ min: 1, max: 4 }),
  after: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
  own: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  indices: fc.infiniteStream(fc.integer({ min: -2, max: 5 }))
})

describe("gather and scatterAdd", () => {
  property.prop([walk])("agree with their definition, batch axes and places outside included", (drawn) => {
    const { batch, before, length, after, own } = drawn
    const shape = [...batch, ...before, length, ...after]
    const axis = batch.length + before.length
    const attrs = { axis, batch: batch.length }
    const x = tabulated(shape, (place) => place.reduce((sum, at) => sum * 10 + at + 1, 0))
    const at = tabulated([...batch, ...own], () => drawn.indices.next().value as number, "i32")
    const [elements, indices] = [computed((x) => x, [x]), computed((x) => x, [at])]
    const y = computed((x, at) => apply(primitives.gather, [x!, at!], { ...attrs, outside: NaN }), [x, at])
    const looked = [...batch, ...before, ...own, ...after]
    const added = new Map<string, number>()
    for (const place of placesOf(looked)) {
      const group = place.slice(0, batch.length)
      const inner = place.slice(axis, axis + own.length)
      const index = elementAt(indices, [...group, ...inner])
      const from = [...place.slice(0, axis), index, ...place.slice(axis + own.length)]
      const inside = index >= 0 && index < length
      expect(elementAt(y, place)).toBe(inside ? elementAt(elements, from) : NaN)
      if (inside) added.set(String(from), (added.get(String(from)) ?? 0) + 1)
    }
    const scattered = computed(
      (x, at, ones) => apply(primitives.scatterAdd, [x!, at!, ones!], attrs),
      [x, at, tabulated(looked, () => 1)]
    )
    for (const place of placesOf(shape)) {
      expect(elementAt(scattered, place)).toBe(elementAt(elements, place) + (added.get(String(place)) ?? 0))
    }
  })

  test("outside is the given number in floats and 0 in integers", () => {
    const gathered =
      (outside: number) =>
      (...operands: ReadonlyArray<AnyExpr>) =>
        apply(primitives.gather, operands, { axis: 0, batch: 0, outside })
    const at = i32([-1, 0, 3])
    expect(computed(gathered(7), [f64([5, 6]), at])).toEqual([7, 5, 7])
    expect(computed(gathered(7), [i32([5, 6]), at])).toEqual([0, 5, 0])
    expect(computed((x, at) => op.gather(x!, at!), [f64([5, 6]), u32([2 ** 32 - 1, 1])])).toEqual([NaN, 6])
  })

  test("updates at one place are added in order, integers wrap around", () => {
    const scattered = (...operands: ReadonlyArray<ReturnType<typeof f64>>) =>
      computed((...exprs) => apply(primitives.scatterAdd, exprs, { axis: 0, batch: 0 }), operands)
    expect(scattered(f64([0, 0]), i32([1, 1, 1]), f64([1e16, 1, -1e16]))).toEqual([0, 0])
    expect(scattered(i32([2 ** 31 - 1]), i32([0]), i32([1]))).toEqual([-(2 ** 31)])
    expect(scattered(f64([-0]), i32([]), f64([]))).toEqual([-0])
  })
})

describe("dynamic slices", () => {
  const x = tabulated([3, 2], ([row, column]) => row! * 2 + column!)

  test("read NaN outside, 0 in integers", () => {
    expect(computed((x, at) => op.dynamicSlice(x!, at!, [2, 1]), [x, i32([1, 1])])).toEqual([[3], [5]])
    expect(computed((x, at) => op.dynamicSlice(x!, at!, [2, 2]), [x, i32([2, -1])])).toEqual([
      [NaN, 4],
      [NaN, NaN]
    ])
    expect(computed((x, at) => op.dynamicSlice(x!, at!, [2]), [i32([5, 6]), i32([1])])).toEqual([6, 0])
    expect(computed((x, at) => op.dynamicSlice(x!, at!, []), [f64(3), i32([])])).toBe(3)
  })

  test("drop updates outside", () => {
    const updated = (start: ReadonlyArray<number>) =>
      computed((x, update, at) => op.dynamicUpdateSlice(x!, update!, at!), [x, f64([[7, 8]]), i32(start)])
    expect(updated([1, 0])).toEqual([
      [0, 1],
      [7, 8],
      [4, 5]
    ])
    expect(updated([2, 1])).toEqual([
      [0, 1],
      [2, 3],
      [4, 7]
    ])
    expect(updated([3, 0])).toEqual([
      [0, 1],
      [2, 3],
      [4, 5]
    ])
    expect(updated([0, -1])).toEqual([
      [8, 1],
      [2, 3],
      [4, 5]
    ])
  })
})
