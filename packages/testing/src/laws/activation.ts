import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { axis } from "../arbitrary/attribute.ts"
import { between, nonZero } from "../arbitrary/domain.ts"
import { shape } from "../arbitrary/shape.ts"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase, unaryLaw } from "./law.ts"

const wide = between(-4, 4, { avoid: [-3, 3] })

const alongAxis = (name: string, f: (x: AnyExpr, options: { readonly axis: number }) => AnyExpr): Law => ({
  op: name,
  cases: shape({ minRank: 1 }).chain((shape) =>
    fc
      .record({ x: tensor(shape, between(-6, 6)), axis: axis(shape) })
      .map(({ x, axis }) => lawCase({ x }, ({ x }) => f(x, { axis }), { axis }))
  )
})

/** Rows of the activations. */
export const activationLaws: ReadonlyArray<Law> = [
  unaryLaw("relu", op.relu, { domain: nonZero }),
  unaryLaw("leakyRelu", op.leakyRelu, { domain: nonZero }),
  unaryLaw("leakyRelu", (x) => op.leakyRelu(x, { slope: 0.2 }), { variant: "of slope 0.2", domain: nonZero }),
  unaryLaw("elu", op.elu, { domain: nonZero }),
  unaryLaw("elu", (x) => op.elu(x, { alpha: 0.5 }), { variant: "of α 0.5", domain: nonZero }),
  unaryLaw("selu", op.selu, { domain: nonZero }),
  unaryLaw("gelu", op.gelu, { domain: between(-3, 3) }),
  unaryLaw("gelu", (x) => op.gelu(x, { approximate: "tanh" }), { variant: "by tanh", domain: between(-3, 3) }),
  unaryLaw("silu", op.silu, { domain: between(-3, 3) }),
  unaryLaw("mish", op.mish, { domain: between(-3, 3, { avoid: [0] }) }),
  unaryLaw("softplus", op.softplus, { domain: between(-4, 4, { avoid: [0] }) }),
  unaryLaw("hardSigmoid", op.hardSigmoid, { domain: wide }),
  unaryLaw("hardSwish", op.hardSwish, { domain: wide }),
  alongAxis("softmax", op.softmax),
  alongAxis("logSoftmax", op.logSoftmax)
]
