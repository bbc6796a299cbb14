import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, composite, constant, input, op, slot } from "@residual/core"
import {
  applyBackward,
  backwardPass,
  fanIn,
  grad,
  hessianVectorProduct,
  jacobian,
  jvp,
  pullback,
  vjp
} from "../src/index.ts"

const ops = (expr: AnyExpr | null | undefined): string =>
  expr === null || expr === undefined
    ? "none"
    : expr.inputs.length === 0
      ? expr.op.name === "input"
        ? String((expr.attrs as { name: string }).name)
        : expr.op.name
      : `${expr.op.name}(${expr.inputs.map(ops).join(", ")})`

describe("pullback", () => {
  it("hands each operand of a product the residual times the other operand", () => {
    const [a, b, r] = [input("a", [2]), input("b", [2]), input("r", [2])]
    assert.deepStrictEqual(pullback(op.mul(a, b), r, [a, b]).map(ops), ["mul(r, b)", "mul(r, a)"])
  })

  it("sums the residuals that arrive at a value from all its uses", () => {
    const [x, r] = [input("x", [2]), input("r", [2])]
    const skip = op.add(x, op.neg(x))
    const pass = backwardPass([{ value: skip, residual: r }], [x])
    assert.deepStrictEqual(
      pass.arrivals(x).map(({ from }) => from?.op.name),
      ["add", "neg"]
    )
    assert.strictEqual(ops(pass.residual(x)), "add(r, neg(r))")
  })

  it("takes inputs of one name for one value, however often they are composed", () => {
    const a = (): AnyExpr => slot("a", [2])
    const [x, r] = [input("a", [2]), input("r", [2])]
    const y = op.add(op.mul(a(), x), op.exp(a()))
    const arrived = backwardPass([{ value: y, residual: r }], [a()]).arrivals(a())
    assert.deepStrictEqual(arrived.map(({ residual }) => ops(residual)).sort(), ["mul(r, a)", "mul(r, exp(a))"])
    const product = composite("product", { body: ([b, c]) => op.mul(b as AnyExpr, c as AnyExpr) })
    assert.deepStrictEqual(pullback(product([a(), a()], {}), r, [a()]).map(ops), ["add(mul(r, a), mul(r, a))"])
  })

  it("has the fan-in of residuals as a monoid whose identity is absence", () => {
    const r = input("r", [2])
    assert.strictEqual(fanIn.concat(null, r), r)
    assert.strictEqual(fanIn.concat(r, null), r)
    assert.strictEqual(fanIn.concat(fanIn.empty, fanIn.empty), null)
  })

  it("gives no residual through piecewise-constant ops and to integers", () => {
    const [x, r] = [input("x", [2]), input("r", [2])]
    assert.deepStrictEqual(pullback(op.floor(x), r, [x]), [null])
    assert.deepStrictEqual(pullback(op.stopGradient(x), r, [x]), [null])
    const table = input("table", [4, 2])
    const at = input("at", [3], { dtype: "i32" })
    const rows = op.gather(table, at)
    assert.deepStrictEqual(pullback(rows, input("r2", [3, 2]), [table, at]).map(ops), [
      "scatterAdd(constant, at, r2)",
      "none"
    ])
  })

  it("passes through a value that is itself asked for, to what it is made of", () => {
    const [x, r] = [input("x", [2]), input("r", [2])]
    const y = op.neg(x)
    assert.deepStrictEqual(pullback(op.neg(y), r, [y, x]).map(ops), ["neg(r)", "neg(neg(r))"])
  })

  it("gives each output of an op its own residual", () => {
    const [x, r] = [input("x", [3]), input("r", [3])]
    const { values, indices } = op.sort(x)
    assert.strictEqual(ops(pullback(values, r, [x])[0]), "scatterAdd(constant, project(sort(x)), r)")
    assert.strictEqual(indices.type.dtype, "i32")
  })

  it("derives a composite's backward from its body, and counts an operand that is given twice once", () => {
    const product = composite("product", { body: ([a, b]) => op.mul(a as AnyExpr, b as AnyExpr) })
    const [x, r] = [input("x", [2]), input("r", [2])]
    assert.strictEqual(ops(pullback(product([x, x], {}), r, [x])[0]), "add(mul(r, x), mul(r, x))")
  })

  it("uses a composite's own backward where it has one", () => {
    const doubled = composite("doubled", {
      body: ([x]) => op.mul(x as AnyExpr, 2),
      backward: ([r]) => [op.add(r as AnyExpr, r as AnyExpr)]
    })
    const [x, r] = [input("x", [2]), input("r", [2])]
    assert.strictEqual(ops(pullback(doubled([x], {}), r, [x])[0]), "add(r, r)")
  })

  it("refuses a composite whose body reads an input from outside, which would receive no residual", () => {
    const captured = input("captured", [2])
    const capturing = composite("capturing", { body: ([x]) => op.mul(x as AnyExpr, captured) })
    assert.throws(
      () => capturing([input("x", [2])], {}),
      'capturing(f32[2]): expected every value that its body reads as an input, but it reads "captured" from outside'
    )
  })

  it("refuses a backward that returns a residual of another shape, and names op and input", () => {
    const wrong = composite("wrong", {
      body: ([x]) => op.neg(x as AnyExpr),
      backward: () => [constant([1, 2, 3])]
    })
    const x = input("x", [2])
    assert.throws(
      () => pullback(wrong([x], {}), input("r", [2]), [x]),
      "wrong has no backward: it returned a residual of type f32[3] for its input 0, which is f32[2]"
    )
  })

  it("refuses a residual of another type than its value", () => {
    const x = input("x", [2])
    assert.throws(
      () => pullback(op.exp(x), input("r", [3]), [x]),
      "pullback(f32[2], f32[3]): expected a residual of the type of its value"
    )
  })

  it("walks a graph of many thousand ops without recursion", () => {
    const x = input("x", [1])
    let y: AnyExpr = x
    for (let depth = 0; depth < 20_000; depth++) y = op.neg(y)
    assert.strictEqual(pullback(y, input("r", [1]), [x])[0]?.op.name, "neg")
  })

  it("gives a single op's local derivatives for a residual of ones", () => {
    const y = op.mul(input("a", []), input("b", []))
    assert.deepStrictEqual(applyBackward(y, [constant(1)], () => true).map(ops), [
      "mul(constant, b)",
      "mul(constant, a)"
    ])
  })
})

describe("grad", () => {
  it("has the tree's form and each value's shape, and zeros where the loss does not depend on a value", () => {
    const parameters = { weight: input("weight", [2, 3]), blocks: [{ bias: input("bias", [4]) }] }
    const gradient = grad(op.sum(parameters.weight), parameters)
    assert.deepStrictEqual(gradient.weight.type.shape, [2, 3])
    assert.strictEqual(ops(gradient.blocks[0]?.bias), "constant")
  })

  it("refuses a value that is not a scalar, and integers to differentiate by", () => {
    const x = input("x", [2])
    assert.throws(
      () => grad(x, [x]),
      "grad(f32[2]): expected a scalar float; reduce the value first, or give vjp a residual"
    )
    const i = input("i", [], { dtype: "i32" })
    assert.throws(() => grad(op.sum(x), [i]), "grad(i32[]): expected floats to differentiate by")
  })

  it("has the shapes that products with Jacobian and Hessian have", () => {
    const x = input("x", [3])
    const y = op.mul(op.exp(x), x)
    assert.deepStrictEqual(jvp(y, [x], [input("v", [3])]).type.shape, [3])
    assert.deepStrictEqual(vjp(y, [x], input("r", [3]))[0]?.type.shape, [3])
    assert.deepStrictEqual(hessianVectorProduct(op.sum(y), { x }, { x: input("v", [3]) }).x.type.shape, [3])
    assert.deepStrictEqual(jacobian(y, x).type.shape, [3, 3])
  })

  it("refuses a tangent of another type than its value", () => {
    const x = input("x", [3])
    assert.throws(() => jvp(x, [x], [input("v", [2])]), "jvp(f32[3], f32[2]): expected a tangent of each value's type")
    assert.throws(
      () => hessianVectorProduct(op.sum(op.exp(x)), [x], [input("v", [2, 3])]),
      "hessianVectorProduct(f32[3], f32[2,3]): expected a tangent of each value's type"
    )
  })
})
