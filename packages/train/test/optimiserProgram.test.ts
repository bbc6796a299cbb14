import { assert, describe, it } from "@effect/vitest"
import { ProgramCache } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { compile } from "@residual/graph"
import { Effect } from "effect"
import { adamW, makeTrainer, matricesOnly, type Objective, type Optimiser, sgd, trainingStep } from "../src/index.ts"
import { objective as line } from "./countingLine.ts"

const width = 8

const block = () =>
  Model.make(
    {
      attentionNorm: Model.layerNorm({ width }),
      attention: Model.selfAttention({ width, heads: 2 }),
      feedForwardNorm: Model.layerNorm({ width }),
      feedForward: Model.feedForward({ width })
    },
    (self, x: AnyExpr) => {
      const attended = op.add(x, self.attention(self.attentionNorm(x)))
      return op.add(attended, self.feedForward(self.feedForwardNorm(attended)))
    }
  )

/** A small transformer, whose parameters are matrices, biases and scales of many sizes. */
const transformer: Objective<AnyExpr, AnyExpr> = {
  model: Model.sequence({ blocks: Model.repeat(2, block), norm: Model.layerNorm({ width }) }),
  batch: { x: { dtype: "f32", shape: [2, 4, width] }, y: { dtype: "f32", shape: [2, 4, width] } },
  loss: (model, { x, y }) => op.mse(model(x as AnyExpr), y as AnyExpr)
}

/** How many tensors each of the regions that move many tensors at once has. */
const tensorsTogether = (optimiser: Optimiser): ReadonlyArray<number> => {
  const program = compile(trainingStep(transformer, { optimiser, clip: 1 }), { claims: new Set() })
  if (program._tag === "Left") throw program.left
  const { regions, slots } = program.right
  assert.isTrue(slots.every(({ inPlace }) => inPlace))
  return regions.filter(({ kind }) => kind === "multiTensor").map(({ segments }) => segments.length)
}

describe("the update of a transformer", () => {
  const all = Object.keys(Model.parameters(transformer.model)).length

  it.each<readonly [name: string, optimiser: Optimiser]>([
    ["sgd", sgd()],
    ["sgd with momentum and decay", sgd({ momentum: 0.9, weightDecay: 0.1, decays: matricesOnly })],
    ["adamW", adamW()],
    ["adamW with decay of matrices only", adamW({ decays: matricesOnly })]
  ])("is one region for all parameters, beside that of the norm: %s", (_, optimiser) => {
    assert.deepStrictEqual(tensorsTogether(optimiser), [all, all])
  })
})

describe("a step with other numbers", () => {
  const settings: ReadonlyArray<readonly [name: string, optimisers: ReadonlyArray<Optimiser>]> = [
    [
      "sgd",
      [
        sgd({ momentum: 0.9, weightDecay: 0.1 }),
        sgd({ momentum: (step) => 0.5 + step / 100, weightDecay: 0.2 }),
        sgd({ momentum: 0.1, weightDecay: (step) => step })
      ]
    ],
    [
      "adamW",
      [
        adamW(),
        adamW({ beta1: 0.5, beta2: (step) => 1 - 1 / (step + 2), epsilon: 1e-6, weightDecay: 0.3 }),
        adamW({ weightDecay: () => 0 })
      ]
    ]
  ]
  it.effect.each(settings)("compiles nothing: %s", ([, optimisers]) =>
    Effect.gen(function* () {
      const { compilations } = yield* ProgramCache
      const made: Array<number> = []
      for (const optimiser of optimisers) {
        yield* makeTrainer(line, { optimiser, key: HostRandom.keyFromSeed(0) })
        made.push(yield* compilations)
      }
      assert.deepStrictEqual(
        made,
        optimisers.map(() => 2)
      )
    }).pipe(Effect.scoped, Effect.provide(Reference.layer()))
  )
})
