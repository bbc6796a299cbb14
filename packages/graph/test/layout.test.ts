import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, input, op, Shape } from "@residual/core"
import { type Layout, rowMajor, viewLayout } from "../src/index.ts"
import { graphOf } from "./fixture/graphs.ts"

const from = [2, 3, 4]
const x = input("x", from)

/** The layout of a chain of views of `x`. */
const layoutOf = (y: AnyExpr): Layout | undefined =>
  graphOf({ outputs: { y } })
    .nodes.slice(1)
    .reduce<Layout | undefined>((layout, node) => layout && viewLayout(layout, node), rowMajor(from))

/** The place in memory of each element, in row-major order of the view. */
const placesOf = ({ offset, axes }: Layout): ReadonlyArray<number> =>
  axes
    .flat()
    .reduce<ReadonlyArray<number>>(
      (places, { size, stride }) =>
        places.flatMap((place) => Array.from({ length: size }, (_, at) => place + at * stride)),
      [offset]
    )

const element = (...index: ReadonlyArray<number>): number =>
  index.reduce((place, at, axis) => place + at * (Shape.strides(from)[axis] as number), 0)

describe("viewLayout", () => {
  it.each<[string, AnyExpr, ReadonlyArray<number>]>([
    [
      "a slice backwards",
      op.slice(x, { starts: [1, -1, 1], stops: [2, -Infinity, 4], steps: [1, -2, 2] }),
      [element(1, 2, 1), element(1, 2, 3), element(1, 0, 1), element(1, 0, 3)]
    ],
    [
      "a transposition that is flattened",
      op.reshape(op.transpose(op.slice(x, { stops: [2, 1, 2] })), [4]),
      [element(0, 0, 0), element(1, 0, 0), element(0, 0, 1), element(1, 0, 1)]
    ],
    [
      "a broadcast",
      op.broadcastTo(op.slice(x, { starts: [1], stops: [2, 1, 2] }), [2, 2, 2]),
      [12, 13, 12, 13, 12, 13, 12, 13]
    ],
    ["windows", op.window(op.reshape(op.slice(x, { stops: [1, 1, 4] }), [4]), { sizes: [2] }), [0, 1, 1, 2, 2, 3]],
    [
      "windows apart and stretched",
      op.window(op.slice(x, { stops: [1, 1] }), { sizes: [2], strides: [1], dilations: [2] }),
      [0, 2, 1, 3]
    ],
    ["a barrier", op.barrier(op.slice(x, { stops: [1, 1] })), [0, 1, 2, 3]],
    ["axes that are cut anew", op.reshape(x, [4, 6]), Array.from({ length: 24 }, (_, at) => at)]
  ])("follows %s", (_, y, places) => {
    const layout = layoutOf(y)
    assert.deepStrictEqual(layout && placesOf(layout), places)
    assert.deepStrictEqual(
      layout?.axes.map((axis) => Shape.size(axis.map(({ size }) => size))),
      y.type.shape
    )
  })

  it.each<[string, AnyExpr]>([
    ["padding", op.pad(x, { before: [1, 0, 0] })],
    ["a reshape that cuts across a transposition", op.reshape(op.transpose(x), [3, 8])],
    ["a slice of a merged axis", op.slice(op.reshape(op.transpose(x), [4, 6]), { starts: [0, 1] })],
    ["what computes", op.exp(x)]
  ])("does not follow %s", (_, y) => {
    assert.isUndefined(layoutOf(y))
  })

  it("merges what is one run of equal steps", () => {
    assert.deepStrictEqual(layoutOf(op.reshape(x, [6, 4]))?.axes, [[{ size: 6, stride: 4 }], [{ size: 4, stride: 1 }]])
    const heads = op.reshape(op.transpose(x, [1, 0, 2]), [3, 8])
    assert.deepStrictEqual(layoutOf(heads)?.axes, [
      [{ size: 3, stride: 4 }],
      [
        { size: 2, stride: 12 },
        { size: 4, stride: 1 }
      ]
    ])
  })

  it("gives axes of size 1 and values without elements nothing to walk", () => {
    assert.deepStrictEqual(layoutOf(op.slice(x, { stops: [1, 1, 1] }))?.axes, [[], [], []])
    assert.strictEqual(placesOf(layoutOf(op.reshape(op.slice(x, { stops: [0] }), [0, 2])) as Layout).length, 0)
  })
})
