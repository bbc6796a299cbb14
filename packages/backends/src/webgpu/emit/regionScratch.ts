import type { Id } from "@residual/graph"
import type { Scratch } from "../wgsl/kernel.ts"

/** Memory that passes between the kernels of one region: known by negative ids, as values are by theirs. */
export interface RegionScratch {
  readonly take: (bytes: number) => Id
  readonly of: (id: Id) => Scratch
}

/** No scratch memory yet. */
export const regionScratch = (): RegionScratch => {
  const taken: Array<Scratch> = []
  return {
    take: (bytes) => {
      taken.push({ scratch: `s${taken.length}`, bytes })
      return -taken.length
    },
    of: (id) => {
      const found = taken[-id - 1]
      if (found === undefined) throw new Error(`there is no scratch memory ${id}`)
      return found
    }
  }
}
