import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type AnyExpr, composite, elementwise, op } from "@residual/core"
import { lawCase, lawDefect, unaryLaw } from "../src/index.ts"

const x = Tensor.make([0.5, -1.25], { dtype: "f64" })

const defectOf = (f: (x: AnyExpr) => AnyExpr, options: Parameters<typeof unaryLaw>[2] = {}): string =>
  lawDefect(
    unaryLaw("planted", f, options),
    lawCase({ x }, ({ x }) => f(x)),
    7
  ) ?? "none"

describe("lawDefect", () => {
  it("finds no defect in what keeps the laws", () => {
    assert.strictEqual(defectOf(op.tanh), "none")
    assert.strictEqual(
      defectOf((x) => op.mul(op.exp(x), op.sin(x))),
      "none"
    )
    assert.strictEqual(defectOf(op.floor, { noResidual: "it is piecewise constant" }), "none")
  })

  it("finds a wrong gradient", () => {
    assert.match(defectOf(elementwise("double", (x) => op.mul(x, 2), { backward: (r) => r })), /^the gradient at x\[/)
  })

  it("finds a backward that is not linear in the residual", () => {
    const crooked = elementwise("crooked", (x) => op.neg(x), { backward: (r) => op.add(op.neg(r), 1) })
    assert.match(defectOf(crooked), /^the residual is not linear in the incoming one/)
  })

  it("finds a residual through an op that has none, and a missing one", () => {
    assert.strictEqual(defectOf(op.neg, { noResidual: "so it says" }), "a residual passes through an op that has none")
    assert.match(defectOf(op.stopGradient), /^the gradient at x\[/)
    assert.strictEqual(defectOf(op.stopGradient, { noResidual: "it stops it", hidesDerivative: true }), "none")
  })

  it("finds a backward of a composite inside that differs from the derived one", () => {
    const wrong = composite("wrong", {
      body: ([x]) => op.exp(x as AnyExpr),
      backward: ([r]) => [r as AnyExpr]
    })
    const hidden = (x: AnyExpr): AnyExpr => op.stopGradient(wrong([x], {}))
    assert.match(
      defectOf(hidden, { noResidual: "it is stopped", hidesDerivative: true }),
      /^the backward of wrong is not the one derived from its body/
    )
  })

  it("finds a first gradient that is right and a second that is not", () => {
    const half = elementwise("square", (x) => op.mul(x, x), {
      backward: (r, x) => op.mul(r, op.stopGradient(op.mul(x, 2)))
    })
    assert.match(defectOf(half), /^the gradient of the gradient at x\[/)
  })

  it("finds what forward mode on dual numbers does not agree with", () => {
    const custom = elementwise("straight", (x) => op.mul(x, 3), { backward: (r) => op.mul(r, 3 + 1e-9) })
    assert.match(defectOf(custom), /^⟨Jᵀ·r, v⟩ is .* on dual numbers is|^the backward of straight/)
  })

  it("finds a false claim to be elementwise", () => {
    const spread = elementwise("spread", (x) => op.sub(x, op.sum(x)))
    assert.match(defectOf(spread), /^spread is not elementwise/)
    const shrunk = elementwise("shrunk", (x) => op.sum(x))
    assert.match(defectOf(shrunk), /^shrunk is not elementwise/)
  })

  it("finds an operand given twice that gets too little", () => {
    const product = composite("product", {
      body: ([a, b]) => op.mul(a as AnyExpr, b as AnyExpr),
      backward: ([r], { inputs: [a, b] }) =>
        a === b
          ? [op.mul(r as AnyExpr, a as AnyExpr), null]
          : [op.mul(r as AnyExpr, b as AnyExpr), op.mul(r as AnyExpr, a as AnyExpr)]
    })
    const subject = lawCase({ a: x, b: Tensor.make([2, 3], { dtype: "f64" }) }, ({ a, b }) => product([a, b], {}))
    assert.match(
      lawDefect({ op: "product", cases: unaryLaw("", op.neg).cases }, subject, 7) ?? "none",
      /^one value given twice/
    )
  })
})
