import type { Program, Region } from "@residual/graph"
import type { ProfiledResult } from "./device.ts"
import { regionWork, type Work } from "./kernel/regionWork.ts"
import type { Profile } from "./profile.ts"

/** What makes profiles of the times that a device tells of a program's runs. */
export const profilesOf = (
  device: string,
  program: Program
): ((times: Pick<ProfiledResult<unknown>, "milliseconds" | "kernels">) => Profile) => {
  const known = new Map<number, Work>()
  const workOf = (at: number): Work => {
    const before = known.get(at)
    if (before !== undefined) return before
    const work = regionWork(program, program.regions[at] as Region)
    known.set(at, work)
    return work
  }
  return ({ milliseconds, kernels }) => ({
    device,
    milliseconds,
    kernels: kernels.map(({ region, kernel, nanoseconds, work }) => {
      const { kind } = program.regions[region] as Region
      const { bytes, flop } = work ?? workOf(region)
      return { region, kind, kernel, nanoseconds, bytes, flop }
    })
  })
}
