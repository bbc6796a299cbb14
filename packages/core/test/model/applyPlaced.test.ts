import { type AnyExpr, input, Model, op, topological } from "@residual/core"
import { assert, describe, it } from "vitest"

const x = input("x", [2, 4])

describe("the places of a model's expressions", () => {
  it("are the innermost calls that composed them, and none of what the model was given", () => {
    const block = Model.make({ inner: Model.lift(op.exp) }, ({ inner }, x: AnyExpr) => op.neg(inner(op.tanh(x))))
    const model = Model.make({ first: block, second: block }, ({ first, second }, x: AnyExpr) =>
      op.relu(second(first(first(x))))
    )
    const given = op.abs(x)
    const { output, places } = Model.applyPlaced(model, { mode: "train" }, given)
    assert.deepStrictEqual(
      topological([output]).map((expr) => [expr.op.name, places.get(expr)]),
      [
        ["input", undefined],
        ["abs", undefined],
        ["tanh", "first"],
        ["exp", "first.inner"],
        ["neg", "first"],
        ["tanh", "first#1"],
        ["exp", "first#1.inner"],
        ["neg", "first#1"],
        ["tanh", "second"],
        ["exp", "second.inner"],
        ["neg", "second"],
        ["relu", ""]
      ]
    )
  })

  it("leave the model as it is", () => {
    const model = Model.mlp([4, 8, 3])
    const bindings = { ...Model.slots(model), mode: "train" as const }
    const names = (expr: AnyExpr) => topological([expr]).map(({ op }) => op.name)
    assert.deepStrictEqual(
      names(Model.applyPlaced(model, bindings, x).output),
      names(Model.apply(model, bindings, x).output)
    )
  })
})
