import { fc, test as property } from "@fast-check/vitest"
import { type AnyExpr, type AttrsOf, apply, op, primitives } from "@residual/core"
import { describe, expect, test } from "vitest"
import { bool, computed, elementAt, f64, i32, placesOf, tabulated } from "../computed.ts"

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const rowMajor = (shape: ReadonlyArray<number>) => (place: ReadonlyArray<number>) =>
  place.reduce((index, at, axis) => index * (shape[axis] as number) + at, 0)

describe("movement", () => {
  property.prop([shapes, fc.infiniteStream(fc.nat())])(
    "transpose takes each element from its permuted place",
    (shape, random) => {
      const permutation = shape.map((_, axis) => axis).sort(() => ((random.next().value as number) % 2) - 0.5)
      const x = tabulated(shape, rowMajor(shape))
      const y = computed((x) => apply(primitives.transpose, [x], { permutation }), [x])
      for (const place of placesOf(permutation.map((axis) => shape[axis] as number))) {
        const from = permutation.map((_, axis) => place[permutation.indexOf(axis)] as number)
        expect(elementAt(y, place)).toBe(rowMajor(shape)(from))
      }
    }
  )

  test("broadcast repeats axes of size 1, and reshape keeps the order", () => {
    expect(computed((x) => op.broadcastTo(x, [2, 3]), [f64([[1], [2]])])).toEqual([
      [1, 1, 1],
      [2, 2, 2]
    ])
    expect(computed((x) => op.broadcastTo(x, [2, 2]), [f64(7)])).toEqual([
      [7, 7],
      [7, 7]
    ])
    expect(computed((x) => op.broadcastTo(x, [0, 2]), [f64([1, 2])])).toEqual([])
    expect(
      computed(
        (x) => op.reshape(x, [3, 2]),
        [
          f64([
            [1, 2, 3],
            [4, 5, 6]
          ])
        ]
      )
    ).toEqual([
      [1, 2],
      [3, 4],
      [5, 6]
    ])
    expect(computed((x) => op.broadcastTo(x, [2]), [bool([true])])).toEqual([true, true])
  })

  test("slice walks in steps, backwards too", () => {
    const x = f64([0, 1, 2, 3, 4, 5, 6])
    const sliced = (starts: number, sizes: number, steps: number) =>
      computed((x) => apply(primitives.slice, [x], { starts: [starts], sizes: [sizes], steps: [steps] }), [x])
    expect(sliced(1, 3, 2)).toEqual([1, 3, 5])
    expect(sliced(6, 4, -2)).toEqual([6, 4, 2, 0])
    expect(sliced(0, 0, 1)).toEqual([])
    expect(
      computed(
        (x) => op.flip(x),
        [
          i32([
            [1, 2],
            [3, 4]
          ])
        ]
      )
    ).toEqual([
      [4, 3],
      [2, 1]
    ])
  })

  test("pad puts elements before, after and between", () => {
    const padded = (operands: ReadonlyArray<AnyExpr>, attrs: AttrsOf<"pad">) => apply(primitives.pad, operands, attrs)
    expect(
      computed((x) => padded([x], { before: [1], after: [2], interior: [1], value: 9 }), [f64([1, 2, 3])])
    ).toEqual([9, 1, 9, 2, 9, 3, 9, 9])
    expect(computed((x) => padded([x], { before: [1], after: [1], interior: [3], value: 9 }), [f64([])])).toEqual([
      9, 9
    ])
    expect(computed((x) => padded([x], { before: [1], after: [0], interior: [0], value: 1 }), [bool([false])])).toEqual(
      [true, false]
    )
    expect(computed((x) => op.pad(x, { before: [0, 1], value: -1 }), [i32([[1], [2]])])).toEqual([
      [-1, 1],
      [-1, 2]
    ])
  })

  test("concat puts values one after the other, empty ones too", () => {
    const [a, b] = [
      f64([[1], [2]]),
      f64([
        [3, 4],
        [5, 6]
      ])
    ]
    expect(computed((a, b) => op.concat([a!, b!], { axis: 1 }), [a, b])).toEqual([
      [1, 3, 4],
      [2, 5, 6]
    ])
    expect(computed((a, b) => op.concat([a!, b!]), [f64([]), f64([1, 2])])).toEqual([1, 2])
  })

  property.prop([
    fc.record({
      length: fc.integer({ min: 1, max: 8 }),
      size: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 })
    })
  ])("window and unwindow agree with their definition", ({ length, size, stride, dilation }) => {
    const options = { sizes: [size], strides: [stride], dilations: [dilation] }
    const x = tabulated([2, length], ([row, at]) => row! * 100 + at! + 1)
    const windows = computed((x) => op.window(x, options), [x]) as ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>
    const count = Math.max(0, Math.floor((length - dilation * (size - 1) - 1) / stride) + 1)
    const expected = [0, 100].map((row) =>
      Array.from({ length: count }, (_, at) =>
        Array.from({ length: size }, (_, i) => row + at * stride + i * dilation + 1)
      )
    )
    expect(windows).toEqual(expected)
    const back = computed((x) => op.unwindow(op.window(x, options), { ...options, lengths: [length] }), [x])
    const uses = (at: number): number => expected[0]!.flat().filter((element) => element === at + 1).length
    expect(back).toEqual([0, 100].map((row) => Array.from({ length }, (_, at) => uses(at) * (row + at + 1))))
  })

  test("windows of two axes", () => {
    const x = tabulated([3, 3], ([row, column]) => row! * 3 + column!, "i32")
    expect(computed((x) => op.window(x, { sizes: [2, 2] }), [x])).toEqual([
      [
        [
          [0, 1],
          [3, 4]
        ],
        [
          [1, 2],
          [4, 5]
        ]
      ],
      [
        [
          [3, 4],
          [6, 7]
        ],
        [
          [4, 5],
          [7, 8]
        ]
      ]
    ])
  })
})
