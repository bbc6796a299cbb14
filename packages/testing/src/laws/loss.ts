import { Tensor } from "@residual/backends"
import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { between, type Domain, positive, real } from "../arbitrary/domain.ts"
import { shape } from "../arbitrary/shape.ts"
import { tensor } from "../arbitrary/tensor.ts"
import type { Tensors } from "../inputs.ts"
import { type Law, lawCase } from "./law.ts"

const reductions = fc.constantFrom("mean" as const, "sum" as const, "none" as const)

interface Options {
  readonly reduction: "mean" | "sum" | "none"
  readonly weights?: AnyExpr
}

/** A row of a loss of two values of one type, with and without weights of the leading axis. */
const compared = (
  name: string,
  f: (a: AnyExpr, b: AnyExpr, options: Options) => AnyExpr,
  pairs: (shape: ReadonlyArray<number>) => fc.Arbitrary<Tensors<"a" | "b">>,
  variant?: string
): ReadonlyArray<Law> =>
  [false, true].map((weighted) => ({
    op: name,
    variant: [variant, weighted ? "with weights" : undefined].filter((part) => part !== undefined).join(" "),
    cases: shape({ minRank: weighted ? 1 : 0 }).chain((shape) =>
      fc
        .tuple(pairs(shape), tensor(shape.slice(0, 1), positive), reductions)
        .map(([pair, weights, reduction]) =>
          weighted
            ? lawCase({ ...pair, weights }, ({ a, b, weights }) => f(a, b, { reduction, weights }), { reduction })
            : lawCase(pair, ({ a, b }) => f(a, b, { reduction }), { reduction })
        )
    )
  }))

const drawn =
  (a: Domain, b: Domain) =>
  (shape: ReadonlyArray<number>): fc.Arbitrary<Tensors<"a" | "b">> =>
    fc.record({ a: tensor(shape, a), b: tensor(shape, b) })

/** Two values whose difference keeps away from some points. */
const differing =
  (...avoid: ReadonlyArray<number>) =>
  (shape: ReadonlyArray<number>): fc.Arbitrary<Tensors<"a" | "b">> =>
    fc.record({ difference: tensor(shape, between(-2, 2, { avoid })), b: tensor(shape) }).map(({ difference, b }) => {
      const base = Tensor.toTypedArray(b)
      const sums = Tensor.toTypedArray(difference).map((value, at) => value + (base[at] as number))
      return { a: Tensor.make(sums, { shape }), b }
    })

/** Logits and classes, one of which may be ignored. */
const classified = fc
  .tuple(shape({ maxRank: 2, maxSize: 3 }), fc.integer({ min: 1, max: 4 }))
  .chain(([rows, classes]) =>
    fc.record({
      logits: tensor([...rows, classes], between(-6, 6)),
      targets: fc
        .array(fc.oneof({ weight: 4, arbitrary: fc.nat(classes - 1) }, { weight: 1, arbitrary: fc.constant(-100) }), {
          minLength: rows.reduce((product, length) => product * length, 1),
          maxLength: rows.reduce((product, length) => product * length, 1)
        })
        .map((values) => Tensor.make(values, { dtype: "i32", shape: rows })),
      weights: tensor(rows, positive),
      labelSmoothing: fc.constantFrom(0, 0.1),
      reduction: reductions
    })
  )

/** Rows of the losses, each reduced in every way. */
export const lossLaws: ReadonlyArray<Law> = [
  ...compared("mse", op.mse, drawn(real, real)),
  ...compared("l1", op.l1, differing(0)),
  ...compared("huber", (a, b, options) => op.huber(a, b, { ...options, delta: 0.75 }), differing(-0.75, 0, 0.75)),
  ...compared("smoothL1", (a, b, options) => op.smoothL1(a, b, { ...options, beta: 0.5 }), differing(-0.5, 0, 0.5)),
  ...compared("smoothL1", (a, b, options) => op.smoothL1(a, b, { ...options, beta: 0 }), differing(0), "of β 0"),
  ...compared(
    "binaryCrossEntropyWithLogits",
    op.binaryCrossEntropyWithLogits,
    drawn(between(-5, 5, { avoid: [0] }), between(0, 1))
  ),
  ...compared("klDivergence", op.klDivergence, drawn(real, positive)),
  {
    op: "klDivergence",
    variant: "averaged over the batch",
    cases: drawn(real, positive)([2, 3]).map((inputs) => lawCase(inputs, ({ a, b }) => op.klDivergence(a, b)))
  },
  {
    op: "crossEntropy",
    cases: classified.map(({ logits, targets, labelSmoothing, reduction }) =>
      lawCase(
        { logits, targets },
        ({ logits, targets }) => op.crossEntropy(logits, targets, { labelSmoothing, reduction }),
        { labelSmoothing, reduction }
      )
    )
  },
  {
    op: "crossEntropy",
    variant: "with weights",
    cases: classified.map(({ labelSmoothing, reduction, ...inputs }) =>
      lawCase(
        inputs,
        ({ logits, targets, weights }) => op.crossEntropy(logits, targets, { labelSmoothing, reduction, weights }),
        { labelSmoothing, reduction }
      )
    )
  }
]
