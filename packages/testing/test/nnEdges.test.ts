import { type AnyExpr, constant, input, op } from "@residual/core"
import { pullback } from "@residual/graph"
import { exactly } from "@residual/testing"
import { describe, expect, test } from "vitest"

const infinity = Number.POSITIVE_INFINITY

const of = (shape: ReadonlyArray<number>, data: ReadonlyArray<number>): AnyExpr =>
  constant(data, { dtype: "f64", shape })

const elements = (...exprs: ReadonlyArray<AnyExpr>): ReadonlyArray<ReadonlyArray<number>> =>
  // The sign of zero is nobody's business here.
  exactly(exprs)({}).map((data) => Array.from(data, (value) => value + 0))

const computed = (expr: AnyExpr): ReadonlyArray<number> => elements(expr)[0] as ReadonlyArray<number>

/** What comes back to `x` when the residuals of the result are 1, 2, 3 …, and for that, weighted likewise, again. */
const residuals = (f: (x: AnyExpr) => AnyExpr, data: ReadonlyArray<number>, shape = [data.length]) => {
  const counting = (expr: AnyExpr): AnyExpr =>
    op.add(
      op.reshape(
        op.cast(
          op.iota([
            Math.max(
              1,
              expr.type.shape.reduce((a, b) => a * b, 1)
            )
          ]),
          "f64"
        ),
        expr.type.shape
      ),
      1
    )
  const x = input("x", shape, { dtype: "f64" })
  const y = f(x)
  const [first] = pullback(y, counting(y), [x]) as [AnyExpr]
  const total = op.sum(op.mul(first, counting(first)))
  const [second] = pullback(total, op.fill(1, total.type), [x])
  const [value, one, two] = exactly([y, first, second ?? op.fill(0, x.type)])({ x: data })
  const plain = (found: ArrayLike<number> | undefined) => Array.from(found as ArrayLike<number>, (value) => value + 0)
  return { value: plain(value), first: plain(one), second: plain(two) }
}

const close = (found: ReadonlyArray<number>, wanted: ReadonlyArray<number>): void => {
  expect(found.length).toBe(wanted.length)
  for (const [at, value] of found.entries()) expect(value).toBeCloseTo(wanted[at] as number, 12)
}

describe("activations far out", () => {
  const far = [-1e200, -1e3, -40, 40, 1e3, 1e200]
  const names = [
    "relu",
    "leakyRelu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "softplus",
    "hardSwish",
    "hardSigmoid"
  ] as const
  const all = [
    ...names.map((name) => [name, op[name]] as const),
    ["geluTanh", (x: AnyExpr) => op.gelu(x, { approximate: "tanh" })] as const
  ]
  test.each(all)("%s has finite values and derivatives", (_, f) => {
    const { value, first, second } = residuals(f, far)
    expect([...value, ...first, ...second].filter((x) => !Number.isFinite(x))).toEqual([])
  })

  test("rectifiers are flat below and of slope 1 above", () => {
    for (const f of [op.relu, op.gelu, op.silu, op.mish, op.softplus, op.hardSwish]) {
      close(residuals(f, far).first, [0, 0, 0, 4, 5, 6])
    }
  })

  test("relu has no slope at 0, and NaN goes through it", () => {
    expect(residuals(op.relu, [0, -0]).first).toEqual([0, 0])
    expect(computed(op.relu(of([2], [Number.NaN, 1])))).toEqual([Number.NaN, 1])
  })
})

describe("fully masked rows", () => {
  const data = [-infinity, -infinity, 1, -infinity]
  test("softmax of one is 0, and no residual goes back", () => {
    expect(residuals(op.softmax, data, [2, 2])).toEqual({
      value: [0, 0, 1, 0],
      first: [0, 0, 0, 0],
      second: [0, 0, 0, 0]
    })
  })

  test("logSoftmax of one is -∞, and no residual goes back", () => {
    const { value, first, second } = residuals(op.logSoftmax, data, [2, 2])
    expect(value).toEqual([-infinity, -infinity, 0, -infinity])
    expect(first).toEqual([0, 0, 3 - 7, 4])
    expect(second).toEqual([0, 0, 0, 0])
  })

  test("attention of a query that may read nothing is 0, and no residual goes back", () => {
    const key = of([2, 2], [1, 2, 3, 4])
    const mask = constant(
      [
        [false, false],
        [true, false]
      ],
      { dtype: "bool" }
    )
    const { value, first, second } = residuals((query) => op.attention(query, key, key, { mask }), [1, 2, 3, 4], [2, 2])
    expect(value).toEqual([0, 0, 1, 2])
    expect([...first, ...second]).toEqual(new Array(8).fill(0))
  })
})

describe("attention", () => {
  const sine = (shape: ReadonlyArray<number>, phase: number): AnyExpr => {
    const size = shape.reduce((a, b) => a * b, 1)
    return of(
      shape,
      Array.from({ length: size }, (_, at) => Math.sin(at + phase))
    )
  }

  test("causal, takes the queries for the last keys", () => {
    const [query, key, value] = [sine([2, 3], 0), sine([4, 3], 1), sine([4, 2], 2)]
    const mask = constant(
      [
        [true, true, true, false],
        [true, true, true, true]
      ],
      { dtype: "bool" }
    )
    close(
      computed(op.attention(query, key, value, { causal: true })),
      computed(op.attention(query, key, value, { mask }))
    )
  })

  test("causal with fewer keys leaves the first queries nothing to read", () => {
    const found = computed(op.attention(sine([3, 2], 0), sine([2, 2], 1), of([2, 1], [5, 6]), { causal: true }))
    expect(found[0]).toBe(0)
    expect(found[1]).toBeCloseTo(5, 12)
  })

  test("shares heads of keys and values among groups of query heads, in order", () => {
    const query = sine([1, 4, 3, 2], 0)
    const [key, value] = [input("k", [1, 2, 5, 2], { dtype: "f64" }), input("v", [1, 2, 5, 3], { dtype: "f64" })]
    const repeated = (x: AnyExpr) => op.indexSelect(x, constant([0, 0, 1, 1], { dtype: "i32" }), { axis: 1 })
    const composed = [op.attention(query, key, value), op.attention(query, repeated(key), repeated(value))]
    const exprs = composed.flatMap((y) => [y, ...pullback(y, sine([1, 4, 3, 3], 9), [key, value])]) as Array<AnyExpr>
    const bound = { k: computed(sine([20], 1)), v: computed(sine([30], 2)) }
    const found = exactly(exprs)(bound).map((data) => Array.from(data))
    for (const at of [0, 1, 2]) close(found[at] as Array<number>, found[at + 3] as Array<number>)
  })

  test("is the softmax of scaled products times the values", () => {
    const [query, key, value] = [sine([2, 3], 0), sine([4, 3], 1), sine([4, 2], 2)]
    const scores = op.mul(op.matmul(query, op.transpose(key)), 0.3)
    close(computed(op.attention(query, key, value, { scale: 0.3 })), computed(op.matmul(op.softmax(scores), value)))
  })
})

describe("rotaryEmbedding", () => {
  const x = of(
    [2, 3, 4],
    Array.from({ length: 24 }, (_, at) => Math.cos(at))
  )

  test.each(["interleaved", "halfSplit"] as const)("%s: products depend on the distance only", (form) => {
    const rotated = (first: number) => op.rotaryEmbedding(x, { form, positions: op.add(op.iota([3]), first) })
    const products = (first: number) => computed(op.matmul(rotated(first), op.swapLast(rotated(first))))
    close(products(0), products(7))
  })

  test("gives at a position what it gives there in a sequence", () => {
    const all = op.slice(op.rotaryEmbedding(x), { starts: [0, 2] })
    const alone = op.rotaryEmbedding(op.slice(x, { starts: [0, 2] }), { positions: constant(2, { dtype: "i32" }) })
    close(computed(all), computed(alone))
  })
})

describe("norms", () => {
  test("l2Normalize of a zero vector is 0, with finite derivatives", () => {
    expect(residuals((x) => op.l2Normalize(x, { epsilon: 0.5 }), [0, 0])).toEqual({
      value: [0, 0],
      first: [2, 4],
      second: [0, 0]
    })
  })

  test("cosineSimilarity with a zero vector is 0, with finite derivatives", () => {
    const { value, first, second } = residuals((x) => op.cosineSimilarity(x, of([2], [3, 4])), [0, 0])
    expect(value).toEqual([0])
    expect([...first, ...second].every(Number.isFinite)).toBe(true)
  })

  test("layerNorm of equal elements is its bias, with finite derivatives", () => {
    const { value, first, second } = residuals((x) => op.layerNorm(x), [3, 3, 3])
    expect(value).toEqual([0, 0, 0])
    expect([...first, ...second].every(Number.isFinite)).toBe(true)
  })

  test("layerNorm takes any axes", () => {
    const x = of([2, 3], [1, 5, 2, 4, 0, 9])
    const scale = of([2], [2, 3])
    const columns = op.transpose(op.layerNorm(op.transpose(x), { scale }))
    close(computed(op.layerNorm(x, { scale, axes: 0 })), computed(columns))
  })

  test("batchNormTraining does not see rows without weight", () => {
    const [rows, padded] = [of([2, 2], [1, 2, 5, 9]), of([3, 2], [1, 2, 5, 9, 70, -80])]
    const alone = op.batchNormTraining(rows)
    const weighted = op.batchNormTraining(padded, { weights: of([3], [1, 1, 0]) })
    const first = op.slice(weighted.output, { stops: [2] })
    close(computed(first), computed(alone.output))
    close(computed(weighted.mean), [3, 5.5])
    close(computed(weighted.variance), computed(alone.variance))
  })

  test("batchNorm by the batch's own statistics is batchNormTraining", () => {
    const x = of([2, 2, 2], [1, 2, 5, 9, 0, 3, 4, 4])
    const { output, mean, variance } = op.batchNormTraining(x)
    close(computed(op.batchNorm(x, { mean, variance })), computed(output))
  })
})

describe("losses", () => {
  const logits = [1, 2, 3, 0, 5, -1]
  const targets = (...data: ReadonlyArray<number>) => constant(data, { dtype: "i32" })

  test("a cross entropy of ignored rows only is 0 and hands back nothing", () => {
    const { value, first, second } = residuals((x) => op.crossEntropy(x, targets(-100, -100)), logits, [2, 3])
    expect(value).toEqual([0])
    expect([...first, ...second]).toEqual(new Array(12).fill(0))
  })

  test("an ignored row does not count, whatever it holds", () => {
    const { value, first } = residuals(
      (x) => op.crossEntropy(x, targets(1, 7), { ignoreIndex: 7 }),
      [1, 2, 3, Number.NaN, 0, 0],
      [2, 3]
    )
    close(value, computed(op.crossEntropy(of([1, 3], [1, 2, 3]), targets(1))))
    expect(first.slice(3)).toEqual([0, 0, 0])
  })

  test("a target outside the classes makes the loss NaN", () => {
    expect(computed(op.crossEntropy(of([1, 3], [1, 2, 3]), targets(3)))).toEqual([Number.NaN])
  })

  test("weights of 0 everywhere give a mean of 0 and hand back nothing", () => {
    const weights = of([2], [0, 0])
    const target = of([2, 3], [0, 0, 0, 1, 1, 1])
    for (const f of [
      (x: AnyExpr) => op.crossEntropy(x, targets(0, 1), { weights }),
      (x: AnyExpr) => op.mse(x, target, { weights }),
      (x: AnyExpr) => op.binaryCrossEntropyWithLogits(x, target, { weights }),
      (x: AnyExpr) => op.klDivergence(x, target, { weights })
    ]) {
      const { value, first, second } = residuals(f, logits, [2, 3])
      expect([...value, ...first, ...second].filter((element) => element !== 0)).toEqual([])
    }
  })

  test("a weighted mean divides by the weights' sum, so that padding does not count", () => {
    const x = of([2, 3], logits)
    const first = (value: AnyExpr) => op.slice(value, { stops: [1] })
    const target = of([2, 3], [0, 0, 0, 1, 1, 1])
    const weights = of([2], [3, 0])
    for (const loss of [op.mse, op.l1, op.huber, op.smoothL1, op.binaryCrossEntropyWithLogits, op.klDivergence]) {
      close(computed(loss(x, target, { weights })), computed(loss(first(x), first(target))))
    }
    close(
      computed(op.crossEntropy(x, targets(2, 0), { weights, labelSmoothing: 0.2 })),
      computed(op.crossEntropy(first(x), targets(2), { labelSmoothing: 0.2 }))
    )
  })

  test("none and sum leave the weights as they are", () => {
    const [a, b, weights] = [of([2], [3, 5]), of([2], [1, 1]), of([2], [1, 0.5])]
    expect(computed(op.mse(a, b, { weights, reduction: "none" }))).toEqual([4, 8])
    expect(computed(op.mse(a, b, { weights, reduction: "sum" }))).toEqual([12])
    expect(computed(op.l1(a, b, { reduction: "sum" }))).toEqual([6])
  })

  test("binary cross entropy of large logits neither overflows nor vanishes", () => {
    const target = of([4], [0, 1, 0, 1])
    close(
      computed(op.binaryCrossEntropyWithLogits(of([4], [800, 800, -800, -800]), target, { reduction: "none" })),
      [800, 0, 0, 800]
    )
  })

  test("binary cross entropy keeps the digits of a small loss and of its residuals, on either side", () => {
    const target = of([2], [1, 0])
    const loss = (x: AnyExpr) => op.binaryCrossEntropyWithLogits(x, target, { reduction: "none" })
    const { value, first, second } = residuals(loss, [40, -40])
    const small = Math.exp(-40)
    const relative = [...value, ...first, ...second].map(
      (found, at) => found / ([1, 1, -1, 2, 1, 4][at] as number) / small
    )
    close(relative, [1, 1, 1, 1, 1, 1])
  })

  test("what the target gives no probability adds nothing to a divergence", () => {
    const { value, first, second } = residuals((t) => op.klDivergence(of([1, 2], [-infinity, 0]), t), [0, 1], [1, 2])
    expect(value).toEqual([0])
    expect(first).toEqual([0, 1])
    expect(second.every(Number.isFinite)).toBe(true)
  })

  test("huber and smoothL1 are parabolas with straight arms", () => {
    const [x, zero] = [of([3], [0.5, -3, 1e200]), of([3], [0, 0, 0])]
    close(computed(op.huber(x, zero, { delta: 2, reduction: "none" })).slice(0, 2), [0.125, 4])
    close(computed(op.smoothL1(x, zero, { beta: 2, reduction: "none" })).slice(0, 2), [0.0625, 2])
    expect(computed(op.smoothL1(x, zero, { beta: 0, reduction: "none" }))).toEqual([0.5, 3, 1e200])
    const { first, second } = residuals((a) => op.huber(a, zero, { reduction: "sum" }), [0.5, -3, 1e200])
    expect(first).toEqual([0.5, -1, 1])
    expect(second).toEqual([1, 0, 0])
  })
})
