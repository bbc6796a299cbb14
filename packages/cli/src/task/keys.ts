import { HostRandom } from "@residual/core"

/** What a run draws from: its first parameters, the order of its data and what its steps draw, and what it generates. */
export interface Keys {
  readonly parameters: HostRandom.HostKey
  readonly order: HostRandom.HostKey
  readonly generation: HostRandom.HostKey
}

/** The keys of a run from its seed. */
export const keysOf = (seed: number): Keys => {
  const [parameters, order, generation] = HostRandom.split(HostRandom.keyFromSeed(seed), 3)
  return {
    parameters: parameters as HostRandom.HostKey,
    order: order as HostRandom.HostKey,
    generation: generation as HostRandom.HostKey
  }
}
