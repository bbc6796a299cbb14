import { type AnyExpr, input, Model, op, topological } from "@residual/core"
import { describe, expect, test } from "vitest"
import { applied, objection, readsOf, x } from "./application.ts"

const pathsOf = (model: Model.AnyModel): ReadonlyArray<string> => Object.keys(Model.parameters(model))

describe("paths", () => {
  test("go by name and place, in the order of declaration", () => {
    const model = Model.sequence({
      embed: Model.linear({ in: 4, out: 8 }),
      blocks: Model.repeat(2, () =>
        Model.skip(Model.sequence(Model.rmsNorm({ width: 8 }), Model.linear({ in: 8, out: 8, bias: false })))
      )
    })
    expect(pathsOf(model)).toEqual([
      "embed.weight",
      "embed.bias",
      "blocks.0.0.scale",
      "blocks.0.1.weight",
      "blocks.1.0.scale",
      "blocks.1.1.weight"
    ])
  })

  test("of self-attention are those of its four maps, or of two when fused", () => {
    const [separate, fused] = [false, true].map((fused) =>
      Model.named("attention", Model.selfAttention({ width: 8, heads: 2, bias: false, fused }))
    )
    expect(pathsOf(separate as Model.AnyModel)).toEqual(
      ["query", "key", "value", "output"].map((name) => `attention.${name}.weight`)
    )
    expect(pathsOf(fused as Model.AnyModel)).toEqual(["attention.projection.weight", "attention.output.weight"])
  })

  test("are where slots live, and what outputs read", () => {
    const model = Model.sequence({ hidden: Model.linear({ in: 4, out: 3 }), activation: op.tanh })
    expect(readsOf(applied(model, x).output)).toEqual(["x", "hidden.weight", "hidden.bias"])
  })

  test("cannot be made with names that hold dots, slashes or number signs, or that two trees have", () => {
    for (const name of ["a.b", "a/b", "a#1", ""]) {
      expect(objection(() => Model.make({ [name]: Model.parameter([]) }, () => x))).toBe(
        `${name === "" ? "the model" : name}: expected a name, without dots, slashes and number signs`
      )
    }
    expect(
      objection(() => Model.around(Model.linear({ in: 4, out: 4 }), { bias: Model.parameter([4]) }, () => x))
    ).toBe("bias: expected a name that the inner model does not have")
  })
})

describe("sharing", () => {
  test("a model used twice has its parameters once, at the first place", () => {
    const shared = Model.linear({ in: 4, out: 4 })
    const model = Model.sequence({ first: shared, second: op.relu, third: shared })
    expect(pathsOf(model)).toEqual(["first.weight", "first.bias"])
    expect(readsOf(applied(model, x).output)).toEqual(["x", "first.weight", "first.bias"])
  })

  test("a parameter held by two models is one", () => {
    const weight = Model.embeddingTable({ count: 5, width: 4 })
    const tied = Model.sequence({ tokens: Model.embedding({ weight }), head: Model.unembedding({ weight }) })
    expect(pathsOf(tied)).toEqual(["tokens.weight"])
    const { output } = applied(tied, input("tokens", [3], { dtype: "i32" }))
    expect(output.type.shape).toEqual([3, 5])
  })

  test("two models made alike share nothing", () => {
    const make = () => Model.linear({ in: 4, out: 4, bias: false })
    expect(pathsOf(Model.sequence(make(), make()))).toEqual(["0.weight", "1.weight"])
  })
})

describe("combinators", () => {
  test("a sequence of nothing gives its input", () => {
    expect(applied(Model.sequence(), x).output).toBe(x)
  })

  test("a skip adds its input, and wants a result of its type", () => {
    const { output } = applied(Model.skip(op.tanh), x)
    expect([output.op.name, output.inputs[0], output.inputs[1]?.op.name]).toEqual(["add", x, "tanh"])
    expect(() => applied(Model.skip(Model.linear({ in: 4, out: 1 })), x)).toThrow(
      "skip(f32[2,4], f32[2,1]): expected a model whose output is of the type of its input"
    )
  })

  test("parallel models read one input and give a record", () => {
    const model = Model.parallel({ negative: op.neg, wide: Model.linear({ in: 4, out: 6 }) })
    const { output } = applied(model, x)
    expect([output.negative.inputs[0], output.wide.type.shape]).toEqual([x, [2, 6]])
  })

  test("what a function of a record needs is a model, too", () => {
    const sum = Model.lift(({ a, b }: { readonly a: AnyExpr; readonly b: AnyExpr }) => op.add(a, b))
    expect(applied(sum, { a: x, b: x }).output.op.name).toBe("add")
  })

  test("mlp has activations between its maps only", () => {
    const { output } = applied(Model.mlp([4, 3, 2], { activation: op.tanh }), x)
    expect(output.inputs[0]?.inputs[0]?.op.name).toBe("tanh")
    expect(output.type.shape).toEqual([2, 2])
  })
})

describe("lstm", () => {
  test("hands its state from step to step", () => {
    const { output } = applied(Model.lstm({ in: 3, hidden: 4 }), input("x", [2, 5, 3]))
    expect(output.type.shape).toEqual([2, 5, 4])
    const cells = topological([output]).filter((expr) => expr.op.name === "lstmCell")
    expect(cells.length).toBe(5)
    expect(cells[1]?.inputs[1]?.inputs[0]).toBe(cells[0])
  })

  test("refuses a sequence without steps", () => {
    expect(() => applied(Model.lstm({ in: 3, hidden: 4 }), input("x", [2, 0, 3]))).toThrow(
      "lstm(f32[2,0,3]): expected [batch, time, in] with at least one step"
    )
  })
})

describe("select", () => {
  const model = Model.repeat(2, () =>
    Model.sequence({ norm: Model.layerNorm({ width: 4 }), map: Model.linear({ in: 4, out: 4 }) })
  )
  const selected = (wanted: Parameters<typeof Model.select>[1]) => Object.keys(Model.select(model, wanted))

  test("finds what a pattern describes", () => {
    expect(selected("1.map.weight")).toEqual(["1.map.weight"])
    expect(selected("*.norm.*")).toEqual(["0.norm.scale", "0.norm.bias", "1.norm.scale", "1.norm.bias"])
    expect(selected("**.bias")).toEqual(["0.norm.bias", "0.map.bias", "1.norm.bias", "1.map.bias"])
    expect(selected("0.**")).toEqual(["0.norm.scale", "0.norm.bias", "0.map.weight", "0.map.bias"])
    expect(selected("*.bias")).toEqual([])
    expect(selected("**").length).toBe(8)
  })

  test("finds what a predicate accepts", () => {
    expect(selected((_, { decay }) => decay)).toEqual(["0.map.weight", "1.map.weight"])
  })
})
