import { assert, describe, it } from "@effect/vitest"
import { compile as compileProgram, makeStore, printLoops, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { printKernels } from "@residual/backends/webgpu"
import { type AnyExpr, HostRandom, input, Model, op, slot } from "@residual/core"
import { compile, explain, lower, print, printExplanation, printProgram, simplify, toMermaid } from "@residual/graph"
import { Effect } from "effect"
import { expect } from "vitest"
import { type Objective, sgd, trainingStep } from "../src/index.ts"

// The step that docs/tour.md follows: y = tanh(x · w + b) on two rows, by gradient descent.
const model = Model.make(
  {
    w: Model.parameter([2, 1], { initialiser: Model.values([0.5, -1]) }),
    b: Model.parameter([1], { initialiser: Model.values([0.25]) })
  },
  ({ w, b }, x: AnyExpr) => op.tanh(op.add(op.matmul(x, w), b))
)

const objective: Objective<AnyExpr, AnyExpr> = {
  model,
  batch: { x: { dtype: "f32", shape: [2, 2] }, y: { dtype: "f32", shape: [2, 1] } },
  loss: (model, { x, y }) => op.mse(model(x!), y!)
}

const step = trainingStep(objective, { optimiser: sgd() })

const right = <A>(
  either: { readonly _tag: "Left"; readonly left: Error } | { readonly _tag: "Right"; readonly right: A }
): A => {
  if (either._tag === "Left") throw either.left
  return either.right
}

const golden = (name: string): string => `./golden/tour.${name}.txt`

describe("the tour", () => {
  const graph = right(lower(step, new Set()))
  const program = right(compile(step, { claims: new Set() }))

  it("has the graph as it is lowered", async () => {
    await expect(`${print(graph)}\n`).toMatchFileSnapshot(golden("lowered"))
  })

  it("has the graph as it is simplified", async () => {
    await expect(`${print(simplify(graph))}\n`).toMatchFileSnapshot(golden("simplified"))
  })

  it("has the graph of the loss as a drawing", async () => {
    const loss = right(lower({ outputs: { loss: step.outputs["loss"]! } }, new Set()))
    await expect(`${toMermaid(simplify(loss))}\n`).toMatchFileSnapshot(golden("mermaid"))
  })

  it("has the program with its regions and buffers", async () => {
    await expect(`${printProgram(program)}\n`).toMatchFileSnapshot(golden("program"))
  })

  it("has the loops that its regions become", async () => {
    await expect(`${printLoops(program)}\n`).toMatchFileSnapshot(golden("loops"))
  })

  it("has the kernel that its forward pass is on a GPU", async () => {
    const y = op.tanh(op.add(op.matmul(input("x", [2, 2]), slot("w", [2, 1])), slot("b", [1])))
    const forward = right(compile({ outputs: { y } }, { claims: new Set() }))
    await expect(printKernels(forward)).toMatchFileSnapshot(golden("kernel"))
  })

  it.effect("has three steps whose loss falls, and the table of the first", () =>
    Effect.gen(function* () {
      const key = HostRandom.keyFromSeed(0)
      const first = Object.entries(Model.initialise(model, key)).map(
        ([path, values]) =>
          [path, Tensor.make(values, { dtype: "f32", shape: Model.parameters(model)[path]!.shape })] as const
      )
      const store = yield* makeStore(Object.fromEntries(first))
      const batch = {
        x: Tensor.make([
          [1, 2],
          [3, -1]
        ]),
        y: Tensor.make([[0.5], [-0.5]])
      }
      const explanation = explain(step.outputs["loss"]!)
      const table = yield* (yield* compileProgram({ outputs: explanation.outputs })).bind(store)
      const values = Object.entries(yield* table.run(batch)).map(
        ([name, tensor]) => [name, Tensor.toTypedArray(tensor)] as const
      )
      const printed = printExplanation(explanation, Object.fromEntries(values), "text")
      yield* Effect.promise(() => expect(`${printed}\n`).toMatchFileSnapshot(golden("explained")))
      const bound = yield* (yield* compileProgram(step)).bind(store)
      const losses: Array<number> = []
      for (let i = 0; i < 3; i++) {
        const outputs = yield* bound.run({ ...batch, "update/rate": Tensor.make(0.1) }, { outputs: ["loss"] })
        losses.push(Tensor.toNumber(outputs["loss"]!))
      }
      assert.isTrue(losses[0]! > losses[1]! && losses[1]! > losses[2]!)
      const lines = losses.map((loss, i) => `step ${i + 1}: loss ${loss.toFixed(6)}`)
      yield* Effect.promise(() => expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(golden("losses")))
    }).pipe(Effect.scoped, Effect.provide(Reference.layer()))
  )
})
