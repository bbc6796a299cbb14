import { type AnyExpr, HostRandom } from "@residual/core"
import { adamW, decaysOf, makeTrainer, type Objective } from "@residual/train"
import type { Settings } from "./settings.ts"

type Seeded = Pick<Settings, "seed">

/** Keys of a run: one for the first parameters, one for the order of the text, one for generation. */
export const keysOf = ({ seed }: Seeded): readonly [HostRandom.HostKey, HostRandom.HostKey, HostRandom.HostKey] => {
  const [parameters, order, text] = HostRandom.split(HostRandom.keyFromSeed(seed), 3)
  return [parameters as HostRandom.HostKey, order as HostRandom.HostKey, text as HostRandom.HostKey]
}

/** What `residual train` trains a model of characters by. */
export const makeCharacterTrainer = (settings: Seeded, objective: Objective<AnyExpr, AnyExpr>) =>
  makeTrainer(objective, {
    optimiser: adamW({ beta2: 0.99, weightDecay: 0.1, decays: decaysOf(objective.model) }),
    clip: 1,
    key: keysOf(settings)[0]
  })
