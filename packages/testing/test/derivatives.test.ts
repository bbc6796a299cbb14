import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { jvpByDuals } from "@residual/backends/reference"
import { type AnyExpr, input, op } from "@residual/core"
import { grad, hessianVectorProduct, jacobian, jvp, valueAndGrad, vjp } from "@residual/graph"
import fc from "fast-check"
import { Arbitrary, Domain, exactly } from "../src/index.ts"

const x = input("x", [3], { dtype: "f64" })
const v = input("v", [3], { dtype: "f64" })
const r = input("r", [2, 3], { dtype: "f64" })

/** A smooth function of three numbers to a matrix, through products, a softmax, a norm and a reduction. */
const f = (x: AnyExpr): AnyExpr => {
  const outer = op.mul(op.expandDims(op.slice(op.tanh(x), { stops: [2] }), 1), op.softmax(x))
  return op.add(op.div(outer, op.norm(x)), op.logSumExp(op.mul(x, x)))
}

const scalar = (x: AnyExpr): AnyExpr => op.sum(op.sin(f(x)))

const vectors = fc.record({
  x: Arbitrary.tensor([3], Domain.positive),
  v: Arbitrary.tensor([3]),
  r: Arbitrary.tensor([2, 3])
})

const computed = (exprs: ReadonlyArray<AnyExpr>, at: Readonly<Record<string, Tensor.Tensor>>) =>
  exactly(exprs)(Object.fromEntries(Object.entries(at).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)])))

const assertClose = (a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): void => {
  assert.strictEqual(a?.length, b?.length)
  for (let i = 0; i < (a?.length ?? 0); i++) {
    const [p, q] = [a?.[i] as number, b?.[i] as number]
    assert.isAtMost(Math.abs(p - q), 1e-11 * Math.max(1, Math.abs(q)), `element ${i} is ${p}, not ${q}`)
  }
}

const holds = (name: string, law: (at: Readonly<Record<"x" | "v" | "r", Tensor.Tensor>>) => void): void =>
  it(name, () => fc.assert(fc.property(vectors, law), { numRuns: 20 }))

describe("ways to the same derivative", () => {
  const derivatives = jacobian(f(x), x)

  holds("J · v is jvp's, the Jacobian's and the dual numbers'", (at) => {
    const byProduct = op.matmul(derivatives, v)
    const [pushed, product] = computed([jvp(f(x), [x], [v]), byProduct], at)
    assertClose(pushed, product)
    const [point, direction] = [Tensor.toTypedArray(at.x), Tensor.toTypedArray(at.v)]
    const { y } = jvpByDuals({ y: f(x) }, { x: point }, { x: direction })
    assertClose(pushed, y.tangent?.data as ArrayLike<number>)
  })

  holds("Jᵀ · r is vjp's and the Jacobian's", (at) => {
    const byProduct = op.sum(op.mul(derivatives, op.expandDims(r, -1)), { axes: [0, 1] })
    const [pulled, product] = computed([vjp(f(x), [x], r)[0] as AnyExpr, byProduct], at)
    assertClose(pulled, product)
  })

  holds("H · v is hessianVectorProduct's, the Jacobian of the gradient's, and the gradient's jvp", (at) => {
    const { value, gradient } = valueAndGrad((x) => scalar(x), x)
    const hessian = jacobian(gradient, x)
    const [product, byMatrix, forward, matrix, transposed] = computed(
      [
        hessianVectorProduct(value, x, v),
        op.matmul(hessian, v),
        jvp(gradient, [x], [v]),
        hessian,
        op.transpose(hessian)
      ],
      at
    )
    assertClose(product, byMatrix)
    assertClose(product, forward)
    assertClose(matrix, transposed)
  })
})

describe("derivatives of derivatives", () => {
  const y = input("y", [4], { dtype: "f64" })
  const points = [0.3, 0.7, 1.1, 1.9]

  /** The n-th derivative of a function of one number, at each point. */
  const derivative = (f: (x: AnyExpr) => AnyExpr, n: number): ArrayLike<number> | undefined => {
    const once = (f: (x: AnyExpr) => AnyExpr) => (x: AnyExpr) => grad(op.sum(f(x)), x)
    const nth = Array.from({ length: n }).reduce<(x: AnyExpr) => AnyExpr>((f) => once(f), f)
    return exactly([nth(y)])({ y: points })[0]
  }

  const at = (f: (x: number) => number): ReadonlyArray<number> => points.map(f)

  it.each([
    ["sin", op.sin, (x: number) => Math.sin(x)],
    ["exp", op.exp, Math.exp],
    ["log", op.log, (x: number) => -6 / x ** 4],
    ["1 / x", op.reciprocal, (x: number) => 24 / x ** 5],
    ["x⁵", (x: AnyExpr) => op.pow(x, 5), (x: number) => 120 * x],
    ["√x", op.sqrt, (x: number) => (-15 / 16) * x ** -3.5],
    ["x · |x|", (x: AnyExpr) => op.mul(x, op.abs(x)), () => 0],
    ["cosh", op.cosh, Math.cosh]
  ] as const)("the fourth of %s", (_, f, expected) => {
    assertClose(derivative(f, 4), at(expected))
  })

  it("of what is piecewise linear are zero", () => {
    for (const f of [op.relu, op.abs, (x: AnyExpr) => op.clamp(x, { min: 0.5, max: 1 })]) {
      assertClose(derivative(f, 2), [0, 0, 0, 0])
    }
  })
})
