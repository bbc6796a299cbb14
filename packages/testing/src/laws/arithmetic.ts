import { Tensor } from "@residual/backends"
import { op } from "@residual/core"
import fc from "fast-check"
import { between, distinct, integers, positive, real } from "../arbitrary/domain.ts"
import { shape } from "../arbitrary/shape.ts"
import { boolTensor, integerTensor, tensor } from "../arbitrary/tensor.ts"
import { binaryLaw, type Law, lawCase, unaryLaw } from "./law.ts"

const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
const wholes = [-2, -1, 0, 1, 2]

/** Quotients that keep away from whole numbers, where mod jumps. */
const dividends = shape().chain((shape) =>
  fc.record({
    whole: tensor(shape, integers(-2, 2)),
    part: tensor(shape, between(0.125, 0.875, { grid: 1 / 64 })),
    b: tensor(shape, between(-1.5, 1.5, { avoid: [0], margin: 0.5, grid: 1 / 64 }))
  })
)

/** Rows of the ops of arithmetic: two values to one, element by element. */
export const arithmeticLaws: ReadonlyArray<Law> = [
  unaryLaw("neg", op.neg),
  binaryLaw("add", op.add),
  binaryLaw("sub", op.sub),
  binaryLaw("mul", op.mul),
  binaryLaw("div", op.div, { domains: [real, between(-2, 2, { avoid: [0], margin: 0.25 })] }),
  binaryLaw("pow", op.pow, { domains: [positive, real] }),
  unaryLaw("pow", (x) => op.pow(x, 3), { variant: "of a negative base to a whole number" }),
  {
    op: "mod",
    cases: dividends.map(({ whole, part, b }) => {
      const [parts, divisors] = [Tensor.toTypedArray(part), Tensor.toTypedArray(b)]
      const products = Tensor.toTypedArray(whole).map(
        (value, at) => (value + (parts[at] as number)) * (divisors[at] as number)
      )
      const a = Tensor.make(products, { shape: b.type.shape })
      return lawCase({ a, b }, ({ a, b }) => op.mod(a, b))
    })
  },
  binaryLaw("maximum", op.maximum, { apart: distinct }),
  binaryLaw("minimum", op.minimum, { apart: distinct }),
  unaryLaw("floor", op.floor, {
    domain: between(-2.5, 2.5, { avoid: wholes }),
    noResidual: "it is piecewise constant"
  }),
  unaryLaw("round", op.round, { domain: between(-3, 3, { avoid: halves }), noResidual: "it is piecewise constant" }),
  unaryLaw("cast", (x) => op.cast(x, "f32"), { variant: "to f32" }),
  unaryLaw("cast", (x) => op.cast(x, "i32"), {
    variant: "to i32",
    domain: between(-2.5, 2.5, { avoid: wholes }),
    noResidual: "integers have none"
  }),
  {
    op: "cast",
    variant: "from i32",
    cases: shape().chain((shape) =>
      integerTensor(shape, -9, 9).map((x) => lawCase({ x }, ({ x }) => op.cast(x, "f32")))
    ),
    noResidual: "integers have none"
  },
  {
    op: "where",
    cases: shape().chain((shape) =>
      fc
        .record({ condition: boolTensor(shape), a: tensor(shape), b: tensor(shape) })
        .map((inputs) => lawCase(inputs, ({ condition, a, b }) => op.where(condition, a, b)))
    )
  },
  unaryLaw("barrier", op.barrier),
  unaryLaw("stopGradient", op.stopGradient, { noResidual: "it stops it", hidesDerivative: true })
]
