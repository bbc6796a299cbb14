import { type AnyExpr, input, Model, op, topological } from "@residual/core"
import { describe, expect, test } from "vitest"
import { applied, x } from "./application.ts"

const counting = Model.make({ count: Model.state([]), untouched: Model.state([]) }, ({ count }, given: AnyExpr) => {
  count.update(op.add(count.value, 1))
  return given
})

const block = Model.make(
  { line: Model.linear({ in: 4, out: 4 }), noise: Model.dropout({ rate: 0.5 }), counting },
  (self, given: AnyExpr, { tap }) => tap("seen", self.counting(self.noise(op.tanh(self.line(given)))))
)

/** The ops that an expression is made of and their attributes, in order. */
const printed = (expr: AnyExpr): ReadonlyArray<unknown> => topological([expr]).map(({ op, attrs }) => [op.name, attrs])

/** What stands in the body of the recomputation that a value is an output of. */
const bodyOf = (value: AnyExpr): AnyExpr => {
  const [application] = value.inputs as readonly [AnyExpr]
  expect(application.op.name).toBe("recompute")
  return application.body[(value.attrs as { readonly output: number }).output] as AnyExpr
}

describe("recomputed", () => {
  const model = Model.sequence({ first: Model.recomputed(block), second: Model.skip(Model.recomputed(block)) })
  const plain = Model.sequence({ first: block, second: Model.skip(block) })

  test("has the paths of the model within", () => {
    expect(Object.keys(Model.parameters(model))).toEqual(Object.keys(Model.parameters(plain)))
    expect(Object.keys(Model.states(model))).toEqual(["first.counting.count", "first.counting.untouched"])
  })

  test("is one op at each call, whose body is what the model within makes", () => {
    const { output } = applied(Model.recomputed(block), x)
    expect(printed(bodyOf(output))).toEqual(printed(applied(block, x).output))
    const skipped = applied(model, x).output
    expect(skipped.op.name).toBe("add")
    expect(bodyOf(skipped.inputs[1] as AnyExpr).op.name).toBe("dropout")
  })

  test("updates each state once a call, and hands out what was tapped", () => {
    const { state, auxiliary, output } = applied(model, x)
    const [second, untouched] = [state["first.counting.count"], state["first.counting.untouched"]] as [AnyExpr, AnyExpr]
    const first = bodyOf(second).inputs[0] as AnyExpr
    expect([bodyOf(second).op.name, bodyOf(first).op.name, bodyOf(first).inputs[0]?.op.name]).toEqual([
      "add",
      "add",
      "input"
    ])
    expect(untouched.op.name).toBe("input")
    expect(Object.keys(auxiliary)).toEqual(["first.seen", "second.seen"])
    expect(auxiliary["second.seen"]).toBe(output.inputs[1])
  })

  test("takes any input and gives any output", () => {
    const pair = Model.make({ scale: Model.parameter([4]) }, ({ scale }, { a, b }: { a: AnyExpr; b: AnyExpr }) => ({
      sum: op.mul(op.add(a, b), scale),
      label: "sum"
    }))
    const { output } = applied(Model.recomputed(pair), { a: x, b: input("b", [2, 4]) })
    expect([output.sum.op.name, output.label]).toEqual(["recompute", "sum"])
  })
})

describe("a part of a body that is recomputed", () => {
  const part = Model.make({ weight: Model.parameter([4, 4]) }, ({ weight }, given: AnyExpr, { recompute }) => {
    const hidden = op.exp(given)
    return op.add(
      hidden,
      recompute((h: AnyExpr) => op.tanh(op.matmul(h, weight)), hidden)
    )
  })

  test("reads its input and parameters", () => {
    const inner = applied(part, x).output.inputs[1] as AnyExpr
    expect(inner.op.name).toBe("recompute")
    expect(inner.inputs.map(({ op }) => op.name).toSorted()).toEqual(["exp", "input"])
  })

  test("is refused where it reads another value of the body", () => {
    const open = Model.make({}, (_, given: AnyExpr, { recompute }) =>
      recompute((h: AnyExpr) => op.add(h, op.sin(given)), op.exp(given))
    )
    expect(() => applied(open, x)).toThrow('but it reads "x" from outside')
  })
})
