import { type AnyExpr, HostRandom, input, Model, op, slot } from "@residual/core"
import { describe, expect, test } from "vitest"
import { applied, objection, readsOf, x } from "./application.ts"

/** The data folded into the keys of the draws that an expression makes, in order. */
const foldsOf = (model: Model.Model<AnyExpr, AnyExpr>): ReadonlyArray<number> => {
  const folds: Array<number> = []
  const seen = new Set<AnyExpr>()
  const visit = (expr: AnyExpr): void => {
    if (seen.has(expr)) return
    seen.add(expr)
    for (const read of expr.inputs) visit(read)
    if (expr.op.name !== "threefry2x32") return
    const { values } = (expr.inputs[2] as AnyExpr).attrs as { readonly values: ReadonlyArray<number> }
    folds.push(...values)
  }
  visit(applied(model, x).output)
  return folds
}

describe("keys", () => {
  const dropout = Model.dropout({ rate: 0.5 })

  test("are folded from the run's by the hash of the path", () => {
    expect(foldsOf(Model.sequence({ first: dropout, second: dropout }))).toEqual(
      ["first", "second"].map(HostRandom.hashPath)
    )
    expect(foldsOf(Model.named("outer", Model.named("inner", dropout)))).toEqual([HostRandom.hashPath("outer.inner")])
  })

  test("differ between calls of one child", () => {
    const twice = Model.make({ child: Model.named("deep", dropout) }, ({ child }, given: AnyExpr) =>
      child(child(given))
    )
    expect(foldsOf(twice)).toEqual(["child.deep", "child#1.deep"].map(HostRandom.hashPath))
  })

  test("are the same each time that a body asks", () => {
    const asking = Model.make({}, (_, given: AnyExpr, context) => {
      expect(context.key).toBe(context.key)
      return given
    })
    expect(applied(asking, x).output).toBe(x)
  })

  test("are asked for only where something is drawn", () => {
    const model = Model.sequence({ noise: dropout })
    expect(Model.apply(model, { mode: "evaluate" }, x).output).toBe(x)
    expect(objection(() => Model.apply(model, { mode: "train" }, x))).toBe(
      "noise: expected a key, since it draws random numbers in this mode"
    )
  })
})

describe("parameters", () => {
  const model = Model.named("head", Model.linear({ in: 4, out: 3 }))

  test("that are missing or of another type are named by their paths", () => {
    const weight = slot("w", [4, 3])
    expect(objection(() => Model.apply(model, { parameters: { "head.weight": weight }, mode: "train" }, x))).toBe(
      "head.bias: expected a parameter of type f32[3], and there is none"
    )
    const parameters = { "head.weight": weight, "head.bias": slot("b", [4]) }
    expect(objection(() => Model.apply(model, { parameters, mode: "train" }, x))).toBe(
      "head.bias: expected a parameter of type f32[3], not f32[4]"
    )
  })

  test("may be any expressions, and others may be given with them", () => {
    const parameters = { ...Model.slots(model).parameters, "head.weight": op.tanh(slot("raw", [4, 3])), other: x }
    expect(readsOf(Model.apply(model, { parameters, mode: "train" }, x).output)).toEqual(["x", "raw", "head.bias"])
  })
})

describe("state", () => {
  const counter = Model.make({ count: Model.state([]) }, ({ count }, given: AnyExpr) => {
    count.update(op.add(count.value, 1))
    return given
  })

  test("is handed out as it came where nothing updates it", () => {
    const model = Model.batchNorm({ features: 4 })
    const { state } = Model.slots(model)
    expect(applied(model, x, "evaluate").state["mean"]?.op.name).toBe("input")
    expect(Object.keys(state)).toEqual(["mean", "variance"])
  })

  test("threads through calls of a shared model, under its first path", () => {
    const { state } = applied(Model.sequence({ a: counter, b: counter }), x)
    expect(Object.keys(state)).toEqual(["a.count"])
    const next = state["a.count"] as AnyExpr
    expect([next.op.name, next.inputs[0]?.op.name, next.inputs[0]?.inputs[0]?.op.name]).toEqual(["add", "add", "input"])
  })

  test("keeps its type", () => {
    const growing = Model.make({ seen: Model.state([2]) }, ({ seen }, given: AnyExpr) => {
      seen.update(given)
      return given
    })
    expect(objection(() => applied(Model.named("log", growing), x))).toBe(
      "log.seen: expected a state of type f32[2], not f32[2,4]"
    )
    expect(objection(() => Model.apply(growing, { mode: "train" }, x))).toBe(
      "seen: expected a state of type f32[2], and there is none"
    )
  })

  test("of batch normalisation moves in training only, by the weights of the rows", () => {
    const model = Model.batchNorm({ features: 4 })
    const weights = input("weights", [2])
    const { state } = Model.apply(model, { ...Model.slots(model), mode: "train", weights }, x)
    expect(readsOf(state["mean"] as AnyExpr)).toEqual(expect.arrayContaining(["mean", "weights", "x"]))
    expect(readsOf(applied(model, x).state["variance"] as AnyExpr)).toEqual(expect.arrayContaining(["variance", "x"]))
    expect(readsOf(applied(model, x).output)).not.toContain("mean")
    const evaluated = applied(model, x, "evaluate")
    expect(readsOf(evaluated.output).toSorted()).toEqual(["bias", "mean", "scale", "variance", "x"])
    expect(evaluated.state["variance"]?.op.name).toBe("input")
  })
})

describe("taps", () => {
  const tapping = Model.make({}, (_, given: AnyExpr, { tap }) => tap("seen", op.neg(given)))

  test("hand values out by path", () => {
    const { output, auxiliary } = applied(Model.sequence({ a: tapping, b: Model.named("deep", tapping) }), x)
    expect(Object.keys(auxiliary)).toEqual(["a.seen", "b.deep.seen"])
    expect(auxiliary["b.deep.seen"]).toBe(output)
  })

  test("differ between calls of one child, and not within one", () => {
    const twice = Model.make({ child: tapping }, ({ child }, given: AnyExpr) => child(child(given)))
    expect(Object.keys(applied(twice, x).auxiliary)).toEqual(["child.seen", "child#1.seen"])
    const clashing = Model.make({}, (_, given: AnyExpr, { tap }) => tap("seen", tap("seen", given)))
    expect(objection(() => applied(clashing, x))).toBe("seen: expected one value under this name, and there are two")
  })
})

describe("self-attention with a cache", () => {
  const position = Model.state([], { dtype: "i32" })
  const model = Model.selfAttention({ width: 4, heads: 2, cache: { batch: 2, length: 8, position } })

  test("writes keys and values, and leaves the position to the model around it", () => {
    const { output, state } = applied(model, input("x", [2, 3, 4]), "evaluate")
    expect(output.type.shape).toEqual([2, 3, 4])
    expect(Object.entries(state).map(([path, { type, op }]) => [path, type.shape, op.name])).toEqual([
      ["position", [], "input"],
      ["keys", [2, 2, 8, 2], "dynamicUpdateSlice"],
      ["values", [2, 2, 8, 2], "dynamicUpdateSlice"]
    ])
  })

  test("refuses heads that do not divide", () => {
    expect(() => Model.selfAttention({ width: 4, heads: 3 })).toThrow("heads that divide the width 4")
    expect(() => Model.selfAttention({ width: 12, heads: 4, keyHeads: 3 })).toThrow(
      "keyHeads that divide heads, not 4 and 3"
    )
  })
})
