import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { between } from "../arbitrary/domain.ts"
import { shape } from "../arbitrary/shape.ts"
import { integerTensor, tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

const keys = integerTensor([2], 0, 2 ** 31 - 1, "u32")

const noResidual = "a key has none"

/** A row of a draw of some shape, which depends on nothing but a key. */
const drawn = (name: string, f: (key: AnyExpr, shape: ReadonlyArray<number>) => AnyExpr): Law => ({
  op: name,
  cases: fc
    .record({ key: keys, shape: shape() })
    .map(({ key, shape }) => lawCase({ key }, ({ key }) => f(key, shape), { shape })),
  noResidual
})

/** Rows of random numbers and of the keys that they are drawn from. */
export const randomLaws: ReadonlyArray<Law> = [
  drawn("randomBits", op.randomBits),
  drawn("uniform", (key, shape) => op.uniform(key, shape, { low: -1, high: 3 })),
  drawn("bernoulli", (key, shape) => op.bernoulli(key, shape, { probability: 0.25 })),
  drawn("normal", (key, shape) => op.normal(key, shape, { mean: 1, deviation: 2 })),
  drawn("truncatedNormal", op.truncatedNormal),
  {
    op: "categorical",
    cases: fc
      .record({ key: keys, logits: tensor([3, 4]) })
      .map((inputs) => lawCase(inputs, ({ key, logits }) => op.categorical(key, logits))),
    noResidual: "indices have none"
  },
  {
    op: "permutation",
    cases: fc
      .record({ key: keys, n: fc.integer({ min: 1, max: 9 }) })
      .map(({ key, n }) => lawCase({ key }, ({ key }) => op.permutation(key, n), { n })),
    noResidual
  },
  {
    op: "keySplit",
    cases: fc
      .record({ key: keys, count: fc.integer({ min: 1, max: 4 }) })
      .map(({ key, count }) => lawCase({ key }, ({ key }) => op.keySplit(key, count), { count })),
    noResidual
  },
  {
    op: "foldIn",
    cases: fc
      .record({ key: keys, data: integerTensor([], 0, 2 ** 31 - 1) })
      .map((inputs) => lawCase(inputs, ({ key, data }) => op.foldIn(key, data))),
    noResidual
  },
  {
    op: "threefry2x32",
    cases: shape().chain((shape) =>
      fc
        .record({
          key: keys,
          high: integerTensor(shape, 0, 2 ** 31 - 1, "u32"),
          low: integerTensor(shape, 0, 2 ** 31 - 1, "u32")
        })
        .map((inputs) => lawCase(inputs, ({ key, high, low }) => op.threefry2x32(key, high, low)))
    ),
    noResidual
  },
  {
    op: "dropout",
    cases: shape().chain((shape) =>
      fc
        .record({ x: tensor(shape, between(-2, 2)), key: keys, rate: fc.constantFrom(0, 0.25, 0.5, 1) })
        .map(({ rate, ...inputs }) => lawCase(inputs, ({ x, key }) => op.dropout(x, { rate, key }), { rate }))
    )
  }
]
