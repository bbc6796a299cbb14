import { assert, describe, expect, it } from "@effect/vitest"
import { type AnyExpr, input, op, slot } from "@residual/core"
import { type Computation, compile, grad, type Program } from "@residual/graph"
import { claims } from "../../src/webgpu/claims.ts"
import { type PrintKernelsOptions, printKernels } from "../../src/webgpu/index.ts"
import { nullDevice } from "./testDevice.ts"

const programOf = (computation: Computation): Program => {
  const compiled = compile(computation, { claims })
  if (compiled._tag === "Left") throw compiled.left
  return compiled.right
}

/** One step of gradient descent on a loss of slots, which are read under their own names. */
const descent = (loss: AnyExpr, parameters: Readonly<Record<string, AnyExpr>>): Computation => {
  const entries = Object.entries(parameters)
  const gradients = grad(
    loss,
    entries.map(([, parameter]) => parameter)
  )
  const updates = entries.map(([name, parameter], at) => [
    name,
    op.sub(parameter, op.mul(gradients[at] as AnyExpr, input("rate", [])))
  ])
  return { outputs: { loss }, updates: Object.fromEntries(updates) }
}

const line = (): Computation => {
  const [a, b] = [slot("a", []), slot("b", [])]
  const [x, y] = [input("x", [8]), input("y", [8])]
  return descent(op.mean(op.square(op.sub(op.add(op.mul(x, a), b), y))), { a, b })
}

const attended = (): AnyExpr => {
  const [q, k, v] = ["q", "k", "v"].map((name) => input(name, [2, 40, 16])) as [AnyExpr, AnyExpr, AnyExpr]
  return op.attention(q, k, v, { causal: true })
}

/** The step of a table whose rows are looked up: where the residuals of a row's uses meet. */
const scatter = (): Computation => {
  const table = slot("table", [100, 64])
  const rows = op.embedding(table, input("tokens", [8, 40], { dtype: "i32" }))
  return descent(op.sum(op.square(rows)), { table })
}

/** Descent with momentum of parameters of several sizes, after gradients that are given. */
const update = (): Computation => {
  const shapes = { weight: [200, 100], bias: [100], scale: [] }
  const moved = Object.entries(shapes).flatMap(([name, shape]) => {
    const [parameter, moment] = [slot(name, shape), slot(`moment/${name}`, shape)]
    const next = op.add(op.mul(moment, 0.9), input(`gradient/${name}`, shape))
    return [[name, op.sub(parameter, op.mul(next, input("rate", [])))] as const, [`moment/${name}`, next] as const]
  })
  return { outputs: {}, updates: Object.fromEntries(moved) }
}

const normalised = (): AnyExpr =>
  op.layerNorm(input("x", [500, 96]), { scale: slot("scale", [96]), bias: slot("bias", [96]) })

const activated = (): AnyExpr =>
  op.gelu(op.add(op.matmul(input("x", [48, 64]), slot("weight", [64, 96])), slot("bias", [96])))

const models: Readonly<Record<string, readonly [Computation, PrintKernelsOptions?]>> = {
  line: [line()],
  softmax: [{ outputs: { y: op.softmax(input("x", [300, 65])) } }],
  layerNorm: [{ outputs: { y: normalised() } }, { subgroupSize: 32 }],
  columns: [{ outputs: { y: op.sum(input("x", [500, 96]), { axes: [0] }) } }],
  matmul: [{ outputs: { y: activated() } }],
  matmulInQuads: [{ outputs: { y: activated() } }, { subgroupSize: 4 }],
  attention: [{ outputs: { y: attended() } }],
  attentionInQuads: [{ outputs: { y: attended() } }, { subgroupSize: 4 }],
  scatter: [scatter()],
  update: [update()],
  half: [
    { outputs: { y: op.sum(op.transpose(op.cumSum(op.exp(input("x", [300, 300])), { axis: 1 }))) } },
    { halfPrecision: true }
  ]
}

describe("golden text", () => {
  it.each(Object.entries(models))("of the kernels of %s stays as it is", async (name, [computation, options]) => {
    await expect(printKernels(programOf(computation), options)).toMatchFileSnapshot(`golden/${name}.wgsl`)
  })

  it.each(Object.entries(models))(
    "of the kernels of %s is WGSL, kernel by kernel",
    async (_, [computation, options]) => {
      const { errors } = await nullDevice({ features: ["subgroups", "shader-f16"] })
      const texts = printKernels(programOf(computation), options).split(/^\/\/ \d+: .*\n/m)
      const kernels = texts.filter((text) => text.trim() !== "")
      assert.isAbove(kernels.length, 0)
      for (const kernel of kernels) assert.deepStrictEqual(await errors(kernel), [])
    }
  )

  it.each(["line", "softmax", "layerNorm", "columns", "scatter", "update", "half"])(
    "of the kernels of %s says nothing in vain: no quotient by 1, sum with 0 or second bracket",
    (name) => {
      const [computation, options] = models[name] as (typeof models)[string]
      const lines = printKernels(programOf(computation), options).split("\n")
      for (const line of lines.filter((text) => !text.startsWith("//"))) {
        assert.notMatch(line, /[/%] 1\b(?!\.)|[+-] 0\b(?![.x])|\b1 \* |\* 1\b(?!\.)|\(\([^()]*\)\)|\S {2}| $/)
      }
    }
  )

  it("of the same kernel is printed once", () => {
    const [x, y] = [input("x", [20_000]), input("y", [20_000])]
    const program = programOf({ outputs: { first: op.exp(x), second: op.cumSum(op.exp(y), { axis: 0 }) } })
    const heads = printKernels(program)
      .split("\n")
      .filter((text) => /^\/\/ \d/.test(text))
    assert.deepStrictEqual(heads, [
      "// 0: elementwise, of region 0, in 79 workgroups",
      "// 1: elementwise, of region 1, in 79 workgroups, with the text of 0",
      "// 2: cumulative sum, of region 2, in 1 workgroup"
    ])
  })
})
