/**
 * What the numbers of a device depend on: its name, and whatever else decides how it rounds and in which order it adds
 * up. Runs on devices of one identity, in one version of the engine, give the same bits.
 *
 * ```ts
 * import type { Identity } from "@residual/backends"
 * const identity: Identity = { name: "cpu", threads: 2, simd: "relaxed" }
 * identity.threads // => 2
 * ```
 */
export type Identity = Readonly<Record<string, string | number | boolean>>

/**
 * One thing that two devices do not have in common; it is `undefined` on the one that does not tell it.
 *
 * ```ts
 * import type { IdentityDifference } from "@residual/backends"
 * const fewer: IdentityDifference = { what: "threads", before: 4, now: 2 }
 * fewer.what // => "threads"
 * ```
 */
export interface IdentityDifference {
  readonly what: string
  readonly before: string | number | boolean | undefined
  readonly now: string | number | boolean | undefined
}

/**
 * In what a device differs from the one that made some numbers before: empty where it gives the same ones to the bit.
 *
 * ```ts
 * import { identityDifferences } from "@residual/backends"
 * identityDifferences({ name: "cpu", threads: 4 }, { name: "cpu", threads: 2 })
 * // => [{ what: "threads", before: 4, now: 2 }]
 * ```
 */
export const identityDifferences = (before: Identity, now: Identity): ReadonlyArray<IdentityDifference> =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((what) => before[what] !== now[what])
    .map((what) => ({ what, before: before[what], now: now[what] }))
