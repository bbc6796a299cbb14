import { fc, test as property } from "@fast-check/vitest"
import { dual, input, numberArithmetic, op } from "@residual/core"
import { lower } from "@residual/graph"
import { describe, expect, test } from "vitest"
import { runGraph } from "../../../src/reference/index.ts"
import { computed, elementAt, f32, f64, i32, placesOf, tabulated, u32 } from "../computed.ts"

const size = fc.integer({ min: 0, max: 9 })

describe("dot", () => {
  property.prop([
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    size,
    size,
    size,
    fc.infiniteStream(fc.double({ min: -1, max: 1 }))
  ])("adds the products in the order of k, from 0", (batch, m, k, n, numbers) => {
    const a = tabulated([...batch, m, k], () => numbers.next().value as number)
    const b = tabulated([...batch, k, n], () => numbers.next().value as number)
    const [left, right] = [computed((x) => x, [a]), computed((x) => x, [b])]
    const y = computed((a, b) => op.dot(a!, b!), [a, b])
    for (const place of placesOf([...batch, m, n])) {
      const [group, row, column] = [place.slice(0, -2), place.at(-2) as number, place.at(-1) as number]
      let sum = 0
      for (let at = 0; at < k; at++)
        sum += elementAt(left, [...group, row, at]) * elementAt(right, [...group, at, column])
      expect(elementAt(y, place)).toBe(sum)
    }
  })

  test("keeps NaN and signs", () => {
    expect(computed(op.dot, [f64([[0, 0]]), f64([[Infinity], [1]])])).toEqual([[NaN]])
    expect(computed(op.dot, [f64([[-1]]), f64([[0]])])).toEqual([[0]])
  })

  test("wraps integers around, and rounds f32 once", () => {
    expect(computed(op.dot, [i32([[65536, 3]]), i32([[65536], [5]])])).toEqual([[15]])
    expect(computed(op.dot, [u32([[2 ** 32 - 1, 1]]), u32([[2], [1]])])).toEqual([[2 ** 32 - 1]])
    const ones = f32([[2 ** -25], [2 ** -25], [2 ** -25], [1]])
    expect(computed(op.dot, [f32([[1, 1, 1, 1]]), ones], "rounded")).toEqual([[Math.fround(1 + 3 * 2 ** -25)]])
  })

  test("takes any arithmetic", () => {
    const graph = lower({ outputs: { y: op.dot(input("a", [1, 2]), input("b", [2, 1])) } }, new Set())
    if (graph._tag === "Left") throw graph.left
    const a = [
      { primal: 2, tangent: 1 },
      { primal: 3, tangent: 0 }
    ]
    const b = [
      { primal: 5, tangent: 0 },
      { primal: 7, tangent: 0 }
    ]
    const { outputs } = runGraph(graph.right, { a, b }, dual(numberArithmetic), "exact")
    expect(outputs["y"]?.data).toEqual([{ primal: 31, tangent: 5 }])
  })
})
