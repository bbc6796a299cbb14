import { type AnyExpr, HostRandom, input, Model, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { objection } from "./application.ts"

const key = HostRandom.keyFromSeed(7)

describe("initialise", () => {
  test("draws each parameter from the key folded by its path, whatever else there is", () => {
    const head = Model.linear({ in: 4, out: 3 })
    const alone = Model.initialise(Model.named("head", head), key)
    const among = Model.initialise(Model.sequence({ body: Model.linear({ in: 4, out: 4 }), head }), key)
    expect(among["head.weight"]).toEqual(alone["head.weight"])
    expect(among["body.weight"]).not.toEqual(
      Model.initialise(Model.named("other", Model.linear({ in: 4, out: 4 })), key)["other.weight"]
    )
    const weight = Model.parameters(head)["weight"] as Model.Parameter
    expect(Model.initialiseAt("head.weight", weight, key)).toEqual(alone["head.weight"])
    const folded = HostRandom.foldIn(key, HostRandom.hashPath("head.weight"))
    expect(alone["head.weight"]).toEqual(weight.initialiser(folded, [4, 3]))
  })

  test("starts biases at 0, scales and running variances at 1", () => {
    const model = Model.batchNorm({ features: 2 })
    expect(Model.initialise(model, key)).toEqual({ scale: new Float64Array([1, 1]), bias: new Float64Array(2) })
    expect(Model.initialiseState(model)).toEqual({ mean: new Float64Array(2), variance: new Float64Array([1, 1]) })
  })

  test("refuses an initialiser of another size", () => {
    const model = Model.make({ w: Model.parameter([3], { initialiser: Model.values([1, 2]) }) }, () => input("x", []))
    expect(objection(() => Model.initialise(model, key))).toBe(
      "w: expected an initialiser that gives 3 elements, not 2"
    )
  })
})

describe("summary", () => {
  const model = Model.sequence({
    embed: Model.embedding({ count: 50, width: 32 }),
    attention: Model.skip(Model.selfAttention({ width: 32, heads: 4, bias: false })),
    head: Model.linear({ in: 32, out: 1000 })
  })
  const tokens = input("tokens", [2, 16], { dtype: "i32" })

  test("counts parameters at their places, and operations where they are composed", () => {
    const rows = Model.summaryRows(model, tokens)
    const product = (m: number, k: number, n: number) => 2 * m * k * n
    expect(rows.map(({ path, parameters, flop }) => [path, parameters, flop])).toEqual([
      ["", 0, 0],
      ["embed", 1600, 0],
      ["attention", 0, 2 * 2 * 4 * product(16, 8, 16)],
      ...["query", "key", "value", "output"].map((name) => [`attention.${name}`, 1024, product(32, 32, 32)]),
      ["attention.dropout", 0, 0],
      ["head", 33_000, product(32, 32, 1000)]
    ])
  })

  test("counts what is shared once", () => {
    const shared = Model.linear({ in: 4, out: 4, bias: false })
    const rows = Model.summaryRows(Model.sequence(shared, shared), input("x", [1, 4]))
    expect(rows.map(({ path, parameters, flop }) => [path, parameters, flop])).toEqual([
      ["", 0, 0],
      ["0", 16, 32],
      ["1", 0, 32]
    ])
  })

  test("the total counts what evaluation does not call", () => {
    const main = Model.linear({ in: 4, out: 2, bias: false })
    const probe = Model.linear({ in: 4, out: 3, bias: false })
    const model = Model.make({ main, probe }, (self, x: AnyExpr, { mode, tap }) => {
      if (mode === "train") tap("probe", self.probe(x))
      return self.main(x)
    })
    expect(
      Model.summary(model, input("x", [1, 4]))
        .split("\n")
        .at(-1)
    ).toMatch(/^total +20 +16$/)
  })

  test("counts convolutions", () => {
    const conv = Model.conv2d({ in: 3, out: 8, kernel: 3, padding: 1 })
    expect(Model.summaryRows(conv, input("x", [2, 3, 5, 5]))[0]?.flop).toBe(2 * 2 * 25 * 8 * 27)
  })

  test("is a table", () => {
    const heads = Model.named("head", Model.parallel({ a: op.neg, b: Model.linear({ in: 32, out: 40 }) }))
    expect(Model.summary(heads, input("x", [1, 32]))).toBe(
      [
        "path    output                      parameters   FLOP",
        "·       a: f32[1,32], b: f32[1,40]           0      0",
        "head    a: f32[1,32], b: f32[1,40]           0      0",
        "head.a  f32[1,32]                            0      0",
        "head.b  f32[1,40]                        1 320  2 560",
        "total                                    1 320  2 560"
      ].join("\n")
    )
  })
})
