import type { RegionKind } from "@residual/graph"

/**
 * How long one kernel of a run took, and what it had to do.
 *
 * ```ts
 * import type { KernelProfile } from "@residual/backends"
 * const work = { region: 0, kind: "product", kernel: "product 64x64x64", bytes: 49_152, flop: 524_288 } as const
 * const kernel: KernelProfile = { ...work, nanoseconds: 16_384 }
 * kernel.flop / kernel.nanoseconds // => 32
 * ```
 */
export interface KernelProfile {
  /** The region that it computes, or a part of: its place among the program's; the first one, where it computes several. */
  readonly region: number
  readonly kind: RegionKind
  /** What the backend calls it. */
  readonly kernel: string
  readonly nanoseconds: number
  /** Bytes of values that it reads and writes, each once. */
  readonly bytes: number
  /** Floating-point operations. */
  readonly flop: number
}

/**
 * How long a run took, kernel by kernel, in the order in which they ran.
 *
 * ```ts
 * import type { Profile } from "@residual/backends"
 * const nothing: Profile = { device: "cpu", milliseconds: 0.25, kernels: [] }
 * nothing.milliseconds // => 0.25
 * ```
 */
export interface Profile {
  readonly device: string
  /** The whole run: inputs, kernels, outputs, and what lies between them. */
  readonly milliseconds: number
  readonly kernels: ReadonlyArray<KernelProfile>
}

/**
 * The mean of several profiles of one program: a clock that is coarse, or a machine that is busy, counts for less in it.
 *
 * ```ts
 * import { meanProfile, type Profile } from "@residual/backends"
 * const run = (milliseconds: number): Profile => ({ device: "cpu", milliseconds, kernels: [] })
 * meanProfile([run(1), run(2)]).milliseconds // => 1.5
 * ```
 */
export const meanProfile = (profiles: readonly [Profile, ...ReadonlyArray<Profile>]): Profile => {
  const [{ device, kernels }] = profiles
  const mean = (of: (profile: Profile) => number): number =>
    profiles.reduce((sum, profile) => sum + of(profile), 0) / profiles.length
  return {
    device,
    milliseconds: mean(({ milliseconds }) => milliseconds),
    kernels: kernels.map((kernel, at) => ({
      ...kernel,
      nanoseconds: mean((profile) => (profile.kernels[at] as KernelProfile).nanoseconds)
    }))
  }
}
