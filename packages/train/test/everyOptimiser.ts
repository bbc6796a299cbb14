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
  matricesOnly,
  muon,
  nadam,
  type Optimiser,
  radam,
  rmsProp,
  rprop,
  sgd,
  withGradientNoise,
  withParameterAverage
} from "../src/index.ts"

/** Every optimiser, with all that it may keep, what is around others, and a rate for the bowl. */
export const everyOptimiser: ReadonlyArray<readonly [name: string, optimiser: Optimiser, rate: number]> = [
  ["sgd", sgd(), 0.1],
  ["sgd with momentum", sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }), 0.05],
  ["averagedSgd", averagedSgd({ averageFrom: 4 }), 0.1],
  ["adam", adam({ amsgrad: true, weightDecay: 0.01 }), 0.05],
  ["adamW", adamW({ decays: matricesOnly }), 0.05],
  ["adamax", adamax(), 0.05],
  ["nadam", nadam(), 0.05],
  ["radam", radam(), 0.05],
  ["rmsProp", rmsProp({ centred: true, momentum: 0.5 }), 0.01],
  ["rprop", rprop(), 0.02],
  ["adagrad", adagrad(), 0.1],
  ["adadelta", adadelta(), 20],
  ["lion", lion({ weightDecay: 0.1, decays: matricesOnly }), 0.02],
  ["lamb", lamb(), 0.05],
  ["adafactor", adafactor({ beta1: 0.9 }), 0.1],
  ["muon", muon(), 0.05],
  [
    "groups with an average, pulled back, with noise",
    withParameterAverage(
      lookahead(
        withGradientNoise(groups([{ where: "*l*", optimiser: lion(), rateScale: 0.5 }], rmsProp({ momentum: 0.9 })), {
          eta: 1e-4
        })
      )
    ),
    0.01
  ]
]
