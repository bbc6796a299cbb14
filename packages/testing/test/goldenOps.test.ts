import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, input, op } from "@residual/core"
import { vjp } from "@residual/graph"
import { exactly } from "../src/index.ts"
import { readGolden } from "./golden/goldenFile.ts"
import { absentOps, goldenOps } from "./golden/goldenOps.ts"

const tolerance = 1e-8

const { cases, tensor } = readGolden(new URL("../fixtures/ops.golden.safetensors", import.meta.url))

const assertClose = (what: string, actual: ArrayLike<number> | undefined, expected: Float64Array): void => {
  assert.strictEqual(actual?.length, expected.length, what)
  for (const [at, value] of expected.entries()) {
    const error = Math.abs((actual?.[at] as number) - value) / Math.max(1, Math.abs(value))
    assert.isTrue(error <= tolerance, `${what}[${at}] is ${actual?.[at]}, not ${value}`)
  }
}

describe("values, gradients and second derivatives from PyTorch", () => {
  const present = cases.filter(({ name }) => !absentOps.includes(name))

  it("cover 110 of the file's 116 cases, 109 of them with second derivatives", () => {
    assert.strictEqual(cases.length, 116)
    assert.strictEqual(present.length, 110)
    assert.strictEqual(present.filter(({ gradgrad }) => gradgrad).length, 109)
    assert.deepStrictEqual(Object.keys(goldenOps).toSorted(), present.map(({ name }) => name).toSorted())
  })

  it.each(present.map((one) => [one.name, one] as const))("%s", (name, { inputs: shapes, gradgrad }) => {
    const like = (prefix: string): ReadonlyArray<AnyExpr> =>
      shapes.map((shape, at) => input(`${prefix}${at}`, shape, { dtype: "f64" }))
    const [inputs, directions] = [like("in"), like("u")]
    const output = (goldenOps[name] as (...inputs: ReadonlyArray<AnyExpr>) => AnyExpr)(...inputs)
    const residual = input("cot", output.type.shape, { dtype: "f64" })
    const gradients = vjp(output, inputs, residual)
    const along = gradients.map((gradient, at) => op.sum(op.mul(gradient, directions[at] as AnyExpr)))
    const directional = along.reduce((sum, part) => op.add(sum, part))
    const seconds = gradgrad ? vjp(directional, inputs, op.fill(1, directional.type)) : []
    const names = [...shapes.keys()].flatMap((at) => [`in${at}`, `u${at}`])
    const bound = Object.fromEntries([...names, "cot"].map((part) => [part, tensor(`${name}/${part}`)]))
    const [value, ...derivatives] = exactly([output, ...gradients, ...seconds])(bound)
    assertClose("the value", value, tensor(`${name}/out`))
    for (const at of shapes.keys()) {
      assertClose(`the gradient of input ${at}`, derivatives[at], tensor(`${name}/grad${at}`))
      if (!gradgrad) continue
      assertClose(
        `the second derivative of input ${at}`,
        derivatives[shapes.length + at],
        tensor(`${name}/gradgrad${at}`)
      )
    }
  })
})
