import { op } from "@residual/core"
import { between, nonZero, positive } from "../arbitrary/domain.ts"
import { type Law, unaryLaw } from "./law.ts"

const unit = between(-0.875, 0.875)

/** Rows of the elementary functions, each where it is smooth. */
export const elementaryLaws: ReadonlyArray<Law> = [
  unaryLaw("exp", op.exp),
  unaryLaw("expm1", op.expm1),
  unaryLaw("log", op.log, { domain: positive }),
  unaryLaw("log1p", op.log1p, { domain: between(-0.75, 3) }),
  unaryLaw("sqrt", op.sqrt, { domain: positive }),
  unaryLaw("rsqrt", op.rsqrt, { domain: positive }),
  unaryLaw("reciprocal", op.reciprocal, { domain: between(-2, 2, { avoid: [0], margin: 0.25 }) }),
  unaryLaw("square", op.square),
  unaryLaw("abs", op.abs, { domain: nonZero }),
  unaryLaw("sign", op.sign, { domain: nonZero, noResidual: "it is piecewise constant" }),
  unaryLaw("sin", op.sin),
  unaryLaw("cos", op.cos),
  unaryLaw("tan", op.tan, { domain: between(-1.125, 1.125) }),
  unaryLaw("asin", op.asin, { domain: unit }),
  unaryLaw("acos", op.acos, { domain: unit }),
  unaryLaw("atan", op.atan),
  unaryLaw("sinh", op.sinh),
  unaryLaw("cosh", op.cosh),
  unaryLaw("tanh", op.tanh),
  unaryLaw("asinh", op.asinh, { domain: nonZero }),
  unaryLaw("acosh", op.acosh, { domain: between(1.25, 4) }),
  unaryLaw("atanh", op.atanh, { domain: unit }),
  unaryLaw("sigmoid", op.sigmoid),
  unaryLaw("logSigmoid", op.logSigmoid, { domain: between(-4, 4) }),
  unaryLaw("erf", op.erf),
  unaryLaw("erfinv", op.erfinv, { domain: between(-0.75, 0.75) }),
  unaryLaw("erfinv", op.erfinv, {
    step: 2 ** -12,
    variant: "in the tails",
    domain: between(-0.96875, 0.96875, { avoid: [-0.85, 0.85], margin: 1 / 32 })
  }),
  unaryLaw("clamp", (x) => op.clamp(x, { min: -0.5, max: 1 }), { domain: between(-2, 2, { avoid: [-0.5, 1] }) }),
  unaryLaw("clamp", (x) => op.clamp(x, { max: 0.5 }), {
    variant: "above only",
    domain: between(-2, 2, { avoid: [0.5] })
  }),
  unaryLaw("ceil", op.ceil, {
    domain: between(-2.5, 2.5, { avoid: [-2, -1, 0, 1, 2] }),
    noResidual: "it is piecewise constant"
  })
]
