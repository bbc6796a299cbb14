import { type AnyExpr, HostRandom, input, Model, topological } from "@residual/core"
import { backwardPass, grad } from "@residual/graph"
import { type Example, ladder } from "@residual/models"
import { exactly } from "@residual/testing"
import { describe, expect, test } from "vitest"

const composed = ({ model, input: given, target, loss }: Example) => {
  const { parameters } = Model.slots(model)
  const x = input("x", given.shape, { dtype: given.dtype })
  const { output } = Model.apply(model, { parameters, mode: "train" }, x)
  return { parameters, loss: loss(output, input("target", target.shape, { dtype: target.dtype })) }
}

describe.each(Object.entries(ladder))("%s", (_, example: Example) => {
  test("has something to learn, and learns it by going against the gradient", () => {
    const { loss, parameters } = composed(example)
    const start = Model.initialise(example.model, HostRandom.keyFromSeed(0))
    const bound = { ...start, x: example.input.values, target: example.target.values }
    const [before, ...gradients] = exactly([loss, ...Object.values(grad(loss, parameters))])(bound)
    const stepped = Object.keys(parameters).map((path, at) => {
      const gradient = gradients[at] as ArrayLike<number>
      return [path, (start[path] as Float64Array).map((value, element) => value - 0.01 * (gradient[element] as number))]
    })
    const [after] = exactly([loss])({ ...bound, ...Object.fromEntries(stepped) })
    expect(before?.[0]).toBeGreaterThan(0)
    expect(after?.[0]).toBeLessThan(before?.[0] as number)
  })
})

test("a line's residuals are those of the text", () => {
  const { loss, parameters } = composed(ladder.line)
  const bound = { a: [1.5], b: [0.5], x: [2], target: [5] }
  const found = exactly([loss, ...Object.values(grad(loss, parameters))])(bound).map((data) => data[0])
  // y = 1.5 · 2 + 0.5 = 3.5, so the loss is 1.5² and the residual of y is 2 · (3.5 - 5) = -3.
  expect(found).toEqual([2.25, -6, -3])
})

test("fan-in sums are where a value is used several times", () => {
  const arrivals = (example: Example): ReadonlyArray<number> => {
    const { loss, parameters } = composed(example)
    const pass = backwardPass([{ value: loss, residual: input("one", []) }], Object.values(parameters))
    return topological([loss]).flatMap((expr: AnyExpr) => {
      const count = pass.arrivals(expr).length
      return count > 1 ? [count] : []
    })
  }
  expect(arrivals(ladder["two-layer"])).toEqual([])
  expect(arrivals(ladder.skip)).toEqual([2])
  expect(arrivals(ladder.attention)).toEqual([3])
})
