import { HostRandom } from "@residual/core"

/** The keys of a run. */
export interface Keys {
  readonly parameters: HostRandom.HostKey
  readonly order: HostRandom.HostKey
  readonly sample: HostRandom.HostKey
}

const [parameters, order, sample] = HostRandom.split(HostRandom.keyFromSeed(0), 3) as [
  HostRandom.HostKey,
  HostRandom.HostKey,
  HostRandom.HostKey
]

/** The same for every run, so that runs of a model differ in their backend only: those of `residual train --seed 0`. */
export const keys: Keys = { parameters, order, sample }
