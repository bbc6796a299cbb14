import { describe, expect, it } from "@effect/vitest"
import { type AnyExpr, input, op, slot } from "@residual/core"
import { type Computation, compile, grad, print, printProgram } from "../src/index.ts"
import { attentionPart } from "./fixture/gptStep.ts"
import { graphOf, right } from "./fixture/graphs.ts"

/** One step of gradient descent on a loss of slots, which are read under their own names. */
const descent = (loss: AnyExpr, parameters: Readonly<Record<string, AnyExpr>>): Computation => {
  const entries = Object.entries(parameters)
  const gradients = grad(
    loss,
    entries.map(([, parameter]) => parameter)
  )
  const rate = input("rate", [])
  const updates = entries.map(([name, parameter], at) => [
    name,
    op.sub(parameter, op.mul(gradients[at] as AnyExpr, rate))
  ])
  return { outputs: { loss }, updates: Object.fromEntries(updates) }
}

const line = (): Computation => {
  const [a, b] = [slot("a", []), slot("b", [])]
  const [x, y] = [input("x", [8]), input("y", [8])]
  return descent(op.mean(op.square(op.sub(op.add(op.mul(x, a), b), y))), { a, b })
}

const mlp = (): Computation => {
  const parameters = {
    "hidden.weight": slot("hidden.weight", [4, 16]),
    "hidden.bias": slot("hidden.bias", [16]),
    "out.weight": slot("out.weight", [16, 3]),
    "out.bias": slot("out.bias", [3])
  }
  const hidden = op.relu(op.add(op.matmul(input("x", [32, 4]), parameters["hidden.weight"]), parameters["hidden.bias"]))
  const logits = op.add(op.matmul(hidden, parameters["out.weight"]), parameters["out.bias"])
  return descent(op.crossEntropy(logits, input("classes", [32], { dtype: "i32" })), parameters)
}

const attentionBlock = (): Computation => {
  const shapes = { "qkv.weight": [8, 24], "qkv.bias": [24], "out.weight": [8, 8], "out.bias": [8] }
  const parameters = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [`attention.${name}`, slot(`attention.${name}`, shape)])
  )
  const x = input("x", [2, 4, 8])
  const y = op.add(x, attentionPart(op.layerNorm(x), parameters, "attention", 2))
  return descent(op.mean(op.square(op.sub(y, input("y", [2, 4, 8])))), parameters)
}

describe("golden text", () => {
  it.each([
    ["line", line()],
    ["mlp", mlp()],
    ["attention", attentionBlock()]
  ])("of a step of %s stays as it is", async (name, computation) => {
    await expect(print(graphOf(computation))).toMatchFileSnapshot(`golden/${name}.graph.golden.txt`)
    const program = right(compile(computation, { claims: new Set() }))
    await expect(printProgram(program)).toMatchFileSnapshot(`golden/${name}.program.golden.txt`)
  })
})
