import { type AnyExpr, HostRandom, input, Model, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { objection } from "./application.ts"

const key = HostRandom.keyFromSeed(7)

const spread = (values: Float64Array): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

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

describe("initialisers", () => {
  const shape = [200, 50]
  test.each([
    ["normal", Model.normal(0.02), 0.02],
    ["truncatedNormal", Model.truncatedNormal(1), 0.8796],
    ["uniform", Model.uniform(-1, 1), 1 / Math.sqrt(3)],
    ["xavierUniform", Model.xavierUniform, Math.sqrt(2 / 250)],
    ["xavierNormal", Model.xavierNormal, Math.sqrt(2 / 250)],
    ["kaimingUniform", Model.kaimingUniform(), Math.sqrt(2 / 200)],
    ["kaimingNormal", Model.kaimingNormal(1), Math.sqrt(1 / 200)]
  ])("%s has its deviation", (_, initialiser, deviation) => {
    const drawn = initialiser(key, shape)
    expect(drawn.length).toBe(10_000)
    expect(Math.abs(spread(drawn) / deviation - 1)).toBeLessThan(0.03)
  })

  test("a kernel's fans are its channels times its window", () => {
    const bound = Math.sqrt(6 / (3 * 25 + 8 * 25))
    const drawn = Model.xavierUniform(key, [8, 3, 5, 5])
    const most = Math.max(...drawn.map(Math.abs))
    expect([most <= bound, most > 0.98 * bound]).toEqual([true, true])
  })

  test("constants and given values are what they say", () => {
    expect(Model.constant(3)(key, [2])).toEqual(new Float64Array([3, 3]))
    expect(Model.values([1, 2])(key, [2])).toEqual(new Float64Array([1, 2]))
    expect([...Model.zeros(key, [1]), ...Model.ones(key, [1])]).toEqual([0, 1])
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
