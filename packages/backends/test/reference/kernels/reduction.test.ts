import { fc, test as property } from "@fast-check/vitest"
import { apply, op, primitives } from "@residual/core"
import { describe, expect, test } from "vitest"
import { bool, computed, elementAt, f32, f64, i32, placesOf, tabulated, u32 } from "../computed.ts"

describe("sum", () => {
  test("starts at 0 and adds in order", () => {
    expect(computed((x) => op.sum(x), [f64([-0, -0])])).toBe(0)
    expect(computed((x) => op.sum(x), [f64([1e16, 1, -1e16])])).toBe(0)
    expect(computed((x) => op.sum(x), [f64([1e16, -1e16, 1])])).toBe(1)
    expect(computed((x) => op.sum(x), [f64([])])).toBe(0)
    expect(
      computed(
        (x) => op.sum(x, { axes: [0] }),
        [
          f64([
            [1, NaN],
            [2, 3]
          ])
        ]
      )
    ).toEqual([3, NaN])
  })

  test("wraps integers around", () => {
    expect(computed((x) => op.sum(x), [i32([2 ** 31 - 1, 1])])).toBe(-(2 ** 31))
    expect(computed((x) => op.sum(x), [u32([2 ** 32 - 1, 2])])).toBe(1)
  })

  test("is rounded once, at its end", () => {
    const many = f32(new Array<number>(3).fill(2 ** -25).concat(1))
    expect(computed((x) => op.sum(x), [many], "rounded")).toBe(Math.fround(1 + 3 * 2 ** -25))
  })

  test("over no elements of some rows is 0 in each", () => {
    expect(computed((x) => apply(primitives.sum, [x], { axes: [1] }), [tabulated([2, 0], () => 1)])).toEqual([[0], [0]])
  })
})

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })

describe("reductions over any axes", () => {
  property.prop([shapes, fc.nat({ max: 15 }), fc.infiniteStream(fc.integer({ min: -9, max: 9 }))])(
    "agree with the definition",
    (shape, chosen, numbers) => {
      const x = tabulated(shape, () => numbers.next().value as number)
      const axes = shape.flatMap((_, axis) => ((chosen >> axis) & 1 ? [axis] : []))
      const rows = placesOf(shape.map((length, axis) => (axes.includes(axis) ? 1 : length)))
      const nested = computed((x) => x, [x])
      const inRow = (row: ReadonlyArray<number>): ReadonlyArray<number> =>
        placesOf(shape)
          .filter((place) => place.every((at, axis) => axes.includes(axis) || at === row[axis]))
          .map((place) => elementAt(nested, place))
      const sums = computed((x) => apply(primitives.sum, [x], { axes }), [x])
      const greatest = computed((x) => apply(primitives.max, [x], { axes }), [x])
      for (const row of rows) {
        expect(elementAt(sums, row)).toBe(inRow(row).reduce((a, b) => a + b, 0))
        expect(elementAt(greatest, row)).toBe(Math.max(...inRow(row)))
      }
    }
  )
})

describe("max", () => {
  test("spreads NaN, and prefers 0 to -0", () => {
    expect(computed((x) => op.max(x), [f64([1, NaN, 2])])).toBe(NaN)
    expect(computed((x) => op.max(x), [f64([-0, 0])])).toBe(0)
    expect(computed((x) => op.max(x), [f64([-0, -0])])).toBe(-0)
    expect(computed((x) => op.max(x), [f64([-Infinity])])).toBe(-Infinity)
  })

  test("of integers and bools", () => {
    expect(
      computed(
        (x) => op.max(x, { axes: [1] }),
        [
          i32([
            [-5, -3],
            [4, 9]
          ])
        ]
      )
    ).toEqual([-3, 9])
    expect(computed((x) => op.max(x), [u32([1, 2 ** 31])])).toBe(2 ** 31)
    expect(
      computed(
        (x) => op.max(x, { axes: [1] }),
        [
          bool([
            [false, true],
            [false, false]
          ])
        ]
      )
    ).toEqual([true, false])
  })
})

describe("cumSum", () => {
  test("runs along an axis, from either end", () => {
    const x = f64([
      [1, 2, 3],
      [4, 5, 6]
    ])
    expect(computed((x) => op.cumSum(x, { axis: 1 }), [x])).toEqual([
      [1, 3, 6],
      [4, 9, 15]
    ])
    expect(computed((x) => op.cumSum(x, { axis: 0 }), [x])).toEqual([
      [1, 2, 3],
      [5, 7, 9]
    ])
    expect(computed((x) => op.cumSum(x, { axis: 1, reverse: true }), [x])).toEqual([
      [6, 5, 3],
      [15, 11, 6]
    ])
    expect(computed((x) => op.cumSum(x, { axis: 0, reverse: true }), [x])).toEqual([
      [5, 7, 9],
      [4, 5, 6]
    ])
  })

  test("starts at 0, spreads NaN onwards, wraps integers, and may be empty", () => {
    expect(computed((x) => op.cumSum(x, { axis: 0 }), [f64([-0, NaN, 1])])).toEqual([0, NaN, NaN])
    expect(computed((x) => op.cumSum(x, { axis: 0 }), [i32([2 ** 31 - 1, 1])])).toEqual([2 ** 31 - 1, -(2 ** 31)])
    expect(computed((x) => op.cumSum(x, { axis: 0 }), [f64([])])).toEqual([])
  })
})

describe("sort", () => {
  test("is stable, and puts NaN last either way", () => {
    const x = f64([2, NaN, -1, 2, 0, -0])
    expect(computed((x) => op.sort(x).values, [x])).toEqual([-1, 0, -0, 2, 2, NaN])
    expect(computed((x) => op.sort(x).indices, [x])).toEqual([2, 4, 5, 0, 3, 1])
    expect(computed((x) => op.sort(x, { descending: true }).values, [x])).toEqual([2, 2, 0, -0, -1, NaN])
    expect(computed((x) => op.sort(x, { descending: true }).indices, [x])).toEqual([0, 3, 4, 5, 2, 1])
  })

  test("keeps the first of a row, along any axis, of integers too", () => {
    expect(
      computed(
        (x) => op.topK(x, 2).values,
        [
          i32([
            [1, 5, 3],
            [9, 7, 8]
          ])
        ]
      )
    ).toEqual([
      [5, 3],
      [9, 8]
    ])
    expect(
      computed(
        (x) => op.topK(x, 2).indices,
        [
          i32([
            [1, 5, 3],
            [9, 7, 8]
          ])
        ]
      )
    ).toEqual([
      [1, 2],
      [0, 2]
    ])
    expect(
      computed(
        (x) => op.sort(x, { axis: 0 }).values,
        [
          u32([
            [3, 2 ** 31],
            [1, 4]
          ])
        ]
      )
    ).toEqual([
      [1, 4],
      [3, 2 ** 31]
    ])
    expect(computed((x) => op.topK(x, 0).values, [f64([[1], [2]])])).toEqual([[], []])
  })
})
