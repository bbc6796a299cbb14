import { fc, test as property } from "@fast-check/vitest"
import { type AnyExpr, constant, input, op, Shape } from "@residual/core"
import { jvp, pullback } from "@residual/graph"
import { describe, expect, test } from "vitest"
import { evaluate, jvpByDuals, nested } from "../../src/reference/index.ts"

const number = fc.double({ min: -2, max: 2, noNaN: true })

/** Smooth functions of x[2, 3] and w[3, 4], among them every way in which values are moved about. */
const functions: Readonly<Record<string, (x: AnyExpr, w: AnyExpr) => AnyExpr>> = {
  layers: (x, w) => op.tanh(op.dot(op.dot(x, w), op.transpose(w))),
  logSumExp: (x, w) => op.log(op.sum(op.exp(op.dot(x, w)), { axes: [1] })),
  quotient: (x, w) => op.div(op.sum(x, { axes: [0] }), op.add(op.sum(op.mul(w, w), { axes: [1] }), 1)),
  elementary: (x, w) => op.mul(op.sin(x), op.sum(op.mul(op.cos(w), op.add(op.atan(w), op.erf(w))))),
  logarithms: (x, w) => op.add(op.log1p(op.mul(x, x)), op.sum(op.expm1(op.mul(w, 0.1)))),
  powers: (x, w) => op.add(op.pow(op.add(op.mul(x, x), 1), 1.5), op.sum(op.sqrt(op.add(op.mul(w, w), 1)))),
  movement: (x, w) =>
    op.concat([op.slice(op.pad(x, { before: [1, 2] }), { steps: [1, 2] }), op.flip(op.slice(w, { stops: [3, 3] }))]),
  lookups: (x, w) => op.mul(op.gather(op.dot(x, w), constant([1, 0, 1], { dtype: "i32" })), 2),
  windows: (x, w) => op.sum(op.mul(op.window(op.dot(x, w), { sizes: [2], dilations: [2] }), 3), { axes: [2] }),
  running: (x, w) => op.cumSum(op.dot(x, w), { axis: 1, reverse: true }),
  sorted: (x, w) => op.topK(op.dot(x, w), 2).values,
  chosen: (x, w) => op.where(op.less(x, 0.5), op.mul(x, op.sum(w)), op.maximum(x, op.mul(x, x)))
}

describe("dual numbers", () => {
  for (const [name, f] of Object.entries(functions)) {
    property.prop([
      fc.array(number, { minLength: 6, maxLength: 6 }),
      fc.array(number, { minLength: 12, maxLength: 12 }),
      fc.infiniteStream(number)
    ])(`agree with the pullback: ${name}`, (xs, ws, numbers) => {
      const [x, w] = [input("x", [2, 3]), input("w", [3, 4])]
      const y = f(x, w)
      const draw = (length: number): ReadonlyArray<number> =>
        Array.from({ length }, () => numbers.next().value as number)
      const [dx, dw] = [draw(6), draw(12)]
      const residuals = draw(Shape.size(y.type.shape))
      const { tangent, primal } = jvpByDuals({ y }, { x: xs, w: ws }, { x: dx, w: dw }).y
      const r = input("r", y.type.shape)
      const [toX, toW] = pullback(y, r, [x, w])
      const pulled = evaluate({ y, x: toX ?? op.mul(x, 0), w: toW ?? op.mul(w, 0) }, { x: xs, w: ws, r: residuals })
      expect(primal.data).toEqual(pulled.y.data)
      const inner = (a: ArrayLike<number>, b: ReadonlyArray<number>): number =>
        b.reduce((sum, value, at) => sum + value * (a[at] as number), 0)
      const forward = inner(tangent!.data as Float64Array, residuals)
      const backward = inner(pulled.x.data as Float64Array, dx) + inner(pulled.w.data as Float64Array, dw)
      expect(Math.abs(forward - backward)).toBeLessThanOrEqual(
        1e-10 * Math.max(1, Math.abs(forward), Math.abs(backward))
      )
    })
  }

  test("agree with forward mode by pullbacks", () => {
    const x = input("x", [3])
    const y = op.mul(op.exp(x), op.sin(x))
    const v = input("v", [3])
    const [xs, vs] = [
      [0.1, -0.7, 1.3],
      [1, -2, 0.5]
    ]
    const expected = evaluate({ d: jvp(y, [x], [v]) }, { x: xs, v: vs }).d.data as Float64Array
    const got = jvpByDuals({ y }, { x: xs }, { x: vs }).y.tangent!.data as Float64Array
    for (const [at, value] of expected.entries()) expect(got[at]).toBeCloseTo(value, 13)
  })

  test("share a derivative equally between all that tie for the greatest", () => {
    const x = input("x", [5])
    const tangent = (xs: ReadonlyArray<number>, dx: ReadonlyArray<number>) =>
      jvpByDuals({ y: op.max(x) }, { x: xs }, { x: dx }).y.tangent!.data[0]
    expect(tangent([1, 3, 3, 2, 3], [9, 1, 2, 9, 6])).toBe(3)
    expect(tangent([4, 3, 3, 3, 3], [7, 1, 2, 9, 6])).toBe(7)
    expect(tangent([3, 3, 3, 5, 5], [7, 1, 2, 4, 6])).toBe(5)
  })

  test("integers and bools have no tangent, and take none", () => {
    const [x, n] = [input("x", [2]), input("n", [2], { dtype: "i32" })]
    const { less, count } = jvpByDuals(
      { less: op.less(x, 0), count: op.add(n, 1) },
      { x: [-1, 1], n: [1, 2] },
      { x: [1, 1] }
    )
    expect([nested(less.primal), less.tangent]).toEqual([[true, false], null])
    expect([nested(count.primal), count.tangent]).toEqual([[2, 3], null])
    expect(() => jvpByDuals({ n }, { n: [1, 2] }, { n: [1, 1] })).toThrow('input "n": expected no tangent for i32[2]')
    expect(() => jvpByDuals({ n }, { n: [1, 2] }, { m: [1, 1] })).toThrow('input "m"')
  })
})
