import { HostRandom } from "@residual/core"

/**
 * What a run draws from: its first parameters, the order of its data and what its steps draw, what it generates, and which
 * data are held out.
 */
export interface Keys {
  readonly parameters: HostRandom.HostKey
  readonly order: HostRandom.HostKey
  readonly generation: HostRandom.HostKey
  readonly split: HostRandom.HostKey
}

/** The keys of a run from its seed. */
export const keysOf = (seed: number): Keys => {
  const [parameters, order, generation, split] = HostRandom.split(HostRandom.keyFromSeed(seed), 4)
  return {
    parameters: parameters as HostRandom.HostKey,
    order: order as HostRandom.HostKey,
    generation: generation as HostRandom.HostKey,
    split: split as HostRandom.HostKey
  }
}
