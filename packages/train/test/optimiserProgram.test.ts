import { assert, describe, it } from "@effect/vitest"
import { ProgramCache } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { compile } from "@residual/graph"
import { Effect } from "effect"
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamW,
  averagedSgd,
  groups,
  lamb,
  lion,
  lookahead,
  makeTrainer,
  matricesOnly,
  muon,
  nadam,
  type Objective,
  type Optimiser,
  radam,
  rmsProp,
  rprop,
  sgd,
  trainingStep,
  withGradientNoise,
  withParameterAverage,
  withRateScale
} from "../src/index.ts"
import { bowl } from "./bowl.ts"

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
    ["adamW with decay of matrices only", adamW({ decays: matricesOnly })],
    ["adam with decay of matrices only", adam({ amsgrad: true, weightDecay: 0.1, decays: matricesOnly })],
    ["averagedSgd", averagedSgd()],
    ["adamax", adamax()],
    ["nadam", nadam()],
    ["radam", radam()],
    ["rmsProp", rmsProp({ centred: true, momentum: 0.9 })],
    ["rprop", rprop()],
    ["adagrad", adagrad()],
    ["adadelta", adadelta()],
    ["lion", lion({ weightDecay: 0.1, decays: matricesOnly })],
    ["with an average of the parameters, and pulled back", lookahead(withParameterAverage(adamW()))]
  ])("is one region for all parameters, beside that of the norm: %s", (_, optimiser) => {
    assert.deepStrictEqual(tensorsTogether(optimiser), [all, all])
  })
})

describe("a step with other numbers", () => {
  const of = (step: number): number => 0.5 + step / 100
  const settings: ReadonlyArray<readonly [name: string, optimisers: ReadonlyArray<Optimiser>]> = [
    [
      "sgd",
      [
        sgd({ momentum: 0.9, dampening: 0.1, weightDecay: 0.1 }),
        sgd({ momentum: of, dampening: of, weightDecay: of }),
        sgd({ momentum: 0.1, dampening: 0.2, weightDecay: 0.2 })
      ]
    ],
    [
      "adamW",
      [
        adamW(),
        adamW({ beta1: 0.5, beta2: (step) => 1 - 1 / (step + 2), epsilon: 1e-6, weightDecay: 0.3 }),
        adamW({ weightDecay: () => 0 })
      ]
    ],
    [
      "adam",
      [
        adam({ weightDecay: 0.1 }),
        adam({ beta1: of, beta2: of, epsilon: of, weightDecay: of }),
        withRateScale(adam({ weightDecay: 1 }), 0.1)
      ]
    ],
    ["averagedSgd", [averagedSgd(), averagedSgd({ lambda: of, power: of, averageFrom: 3 })]],
    ["adamax", [adamax(), adamax({ beta1: of, beta2: of, epsilon: of })]],
    ["nadam", [nadam(), nadam({ beta1: of, momentumDecay: of, product: "once" })]],
    ["radam", [radam(), radam({ beta1: of, beta2: of })]],
    ["rmsProp", [rmsProp({ momentum: 0.9 }), rmsProp({ beta: of, epsilon: of, momentum: of })]],
    ["rprop", [rprop(), rprop({ shrink: of, grow: 1.5, smallest: of, largest: 2 })]],
    ["adagrad", [adagrad({ initial: 0.1 }), adagrad({ rateDecay: of, initial: of, epsilon: of })]],
    ["adadelta", [adadelta(), adadelta({ rho: of, epsilon: of })]],
    ["lion", [lion({ weightDecay: 0.1 }), lion({ beta1: of, beta2: of, weightDecay: of })]],
    ["lamb", [lamb(), lamb({ beta1: of, beta2: of, epsilon: of, weightDecay: of })]],
    ["adafactor", [adafactor(), adafactor({ epsilon: of, leastScale: of, threshold: of, power: of })]],
    [
      "muon",
      [
        muon({ weightDecay: 0.1, otherwise: sgd({ momentum: 0.9 }) }),
        muon({ weightDecay: of, momentum: of, otherwise: withRateScale(sgd({ momentum: of }), of) })
      ]
    ],
    [
      "groups",
      [
        groups([{ where: "bias", optimiser: sgd() }], adamW()),
        groups([{ where: "bias", optimiser: sgd(), rateScale: of }], adamW({ beta1: of, weightDecay: of }))
      ]
    ],
    [
      "what is around another",
      [
        lookahead(withGradientNoise(withParameterAverage(sgd()))),
        lookahead(
          withGradientNoise(withParameterAverage(withRateScale(sgd(), of), { decay: of }), { eta: of, gamma: of }),
          { every: 7, share: of }
        )
      ]
    ]
  ]
  it.effect.each(settings)("compiles nothing: %s", ([, optimisers]) =>
    Effect.gen(function* () {
      const { compilations } = yield* ProgramCache
      const made: Array<number> = []
      for (const optimiser of optimisers) {
        yield* makeTrainer(bowl("f32"), { optimiser, key: HostRandom.keyFromSeed(0) })
        made.push(yield* compilations)
      }
      assert.deepStrictEqual(
        made,
        optimisers.map(() => 2)
      )
    }).pipe(Effect.scoped, Effect.provide(Reference.layer()))
  )
})
