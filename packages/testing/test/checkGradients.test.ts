import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type AnyExpr, composite, elementwise, op } from "@residual/core"
import fc from "fast-check"
import { Arbitrary, checkGradients, Domain, GradientMismatch, gradientLaw } from "../src/index.ts"

const mismatchOf = (check: () => void): GradientMismatch => {
  try {
    check()
  } catch (error) {
    if (error instanceof GradientMismatch) return error
    throw error
  }
  throw new Error("no gradient mismatch was found")
}

const vectors = Arbitrary.shape({ minRank: 1, maxRank: 1 }).chain((shape) =>
  Arbitrary.tensor(shape).map((x) => ({ x }))
)

describe("checkGradients", () => {
  it("accepts functions whose residuals are their derivatives", () => {
    checkGradients(({ x, y }) => op.mul(op.tanh(x), op.exp(y)), {
      x: Arbitrary.tensor([2, 3]),
      y: Arbitrary.tensor([3])
    })
    checkGradients(({ x }) => [op.sin(x), op.sum(op.mul(x, x))], vectors)
  })

  it("finds a wrong gradient, and shrinks the input to where it is smallest", () => {
    const cube = elementwise("cube", (x) => op.pow(x, 3), { backward: (r, x) => op.mul(r, op.mul(op.mul(x, x), 2)) })
    const mismatch = mismatchOf(() => checkGradients(({ x }) => cube(x), vectors, { seed: 5 }))
    assert.strictEqual(mismatch._tag, "GradientMismatch")
    assert.strictEqual(mismatch.law, "first")
    assert.strictEqual(mismatch.input, "x")
    assert.deepStrictEqual(mismatch.index, [0])
    assert.deepStrictEqual(mismatch.inputs["x"]?.type.shape, [1])
    assert.closeTo(mismatch.actual / mismatch.expected, 2 / 3, 1e-6)
    assert.strictEqual(mismatch.seed, 5)
  })

  it("looks for smaller inputs no longer than it is told to", () => {
    const wrong = elementwise("wrong", (x) => op.square(x), { backward: (r, x) => op.mul(r, x) })
    const evaluations = (shrinkMilliseconds: number): number => {
      let count = 0
      const counting = ({ x }: { readonly x: AnyExpr }) => {
        count++
        return wrong(x)
      }
      mismatchOf(() => checkGradients(counting, vectors, { seed: 5, shrinkMilliseconds }))
      return count
    }
    // Composed to see what there is to check, and to check it; no smaller input is tried.
    assert.strictEqual(evaluations(-1), 2)
    assert.isAbove(evaluations(60_000), 2)
  })

  it("refuses a function that has no gradient to check", () => {
    assert.throws(
      () => checkGradients(({ x }) => op.argMax(x), { x: Arbitrary.tensor([3]) }),
      "no output of the function is a float, so it has no gradient to check"
    )
    assert.throws(
      () => checkGradients(({ i }) => op.cast(i, "f32"), { i: Arbitrary.integerTensor([3], 0, 4) }),
      "no input of the function is a float, so it has no gradient to check"
    )
  })

  it("reproduces a failure from its seed and path", () => {
    const wrong = elementwise("wrong", (x) => op.sin(x), { backward: (r) => r })
    const first = mismatchOf(() => checkGradients(({ x }) => wrong(x), vectors, { seed: 11 }))
    const again = mismatchOf(() =>
      checkGradients(({ x }) => wrong(x), vectors, { seed: first.seed, path: first.path as string, runs: 1 })
    )
    assert.deepStrictEqual(again.inputs, first.inputs)
    assert.strictEqual(again.actual, first.actual)
  })

  it("finds a backward that is right but cannot be differentiated again", () => {
    const square = composite("square", {
      body: ([x]) => op.mul(x as AnyExpr, x as AnyExpr),
      backward: ([r], { inputs: [x] }) => [op.mul(r as AnyExpr, op.stopGradient(op.mul(x as AnyExpr, 2)))]
    })
    const mismatch = mismatchOf(() => checkGradients(({ x }) => square([x], {}), vectors, { seed: 3 }))
    assert.strictEqual(mismatch.law, "second")
    checkGradients(({ x }) => square([x], {}), vectors, { order: 1 })
  })

  it("finds an op that claims to be piecewise constant and is not", () => {
    const bent = elementwise("bent", (x) => op.add(op.floor(x), x), { backward: "none" })
    const mismatch = mismatchOf(() =>
      checkGradients(({ x }) => bent(x), { x: Arbitrary.tensor([2], { ...Domain.real, avoid: [-2, -1, 0, 1, 2] }) })
    )
    assert.strictEqual(mismatch.actual, 0)
  })

  it("finds a gradient that is NaN", () => {
    const root = ({ x }: { readonly x: AnyExpr }): AnyExpr => op.where(op.greater(x, 0), op.sqrt(x), 0)
    const mismatch = mismatchOf(() => checkGradients(root, { x: Tensor.make([-1, 1]) }))
    assert.isNaN(mismatch.actual)
    assert.deepStrictEqual(mismatch.index, [0])
  })

  it("says in its message which component is wrong, with both values, the inputs and the seed", () => {
    const wrong = elementwise("wrong", (x) => op.mul(x, 2), { backward: (r) => r })
    const mismatch = mismatchOf(() => checkGradients(({ x }) => wrong(x), { x: Tensor.make([[0.5, 1]]) }, { seed: 2 }))
    const lines = mismatch.message.split("\n")
    assert.match(lines[0] as string, /^the gradient at x\[0, [01]\] is .*, but central differences give /)
    assert.strictEqual(lines[2], "  x = f32[1,2] [[0.5, 1]]")
    assert.match(lines[3] as string, /^ {2}seed 2, path "/)
  })

  it("lets errors of the function itself through", () => {
    assert.throws(
      () => checkGradients(({ x }) => op.dot(x, x), { x: Arbitrary.tensor([2, 3]) }),
      "dot(f64[2,3], f64[2,3]): expected [...b, m, k] · [...b, k, n] of one numeric type"
    )
  })
})

describe("gradientLaw", () => {
  it("is a property that fast-check runs and shrinks", () => {
    const wrong = elementwise("wrong", (x) => op.sin(x), { backward: (r) => r })
    const details = fc.check(
      gradientLaw(({ x }) => wrong(x), vectors),
      { seed: 1 }
    )
    assert.isTrue(details.failed)
    assert.deepStrictEqual(details.counterexample?.[0]["x"].type.shape, [1])
    fc.assert(
      gradientLaw(({ x }) => op.exp(x), vectors),
      { numRuns: 10 }
    )
  })
})
