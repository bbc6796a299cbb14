/**
 * Where the elements of a generated tensor lie: between two bounds and away from points where an op has a kink or a
 * pole, so that central differences see a smooth function. Elements are multiples of `grid`, which is a power of two:
 * they are exact in 32 bits and short to read.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * const aroundOne: Domain.Domain = { ...Domain.real, low: 0.5, high: 1.5 }
 * aroundOne.distinct // => false
 * ```
 */
export interface Domain {
  readonly low: number
  readonly high: number
  /** Points that elements keep away from, by `margin`. */
  readonly avoid: ReadonlyArray<number>
  readonly margin: number
  readonly grid: number
  /** Whether all elements of a tensor differ, by `grid` at least: for what chooses or orders them. */
  readonly distinct: boolean
}

/**
 * A domain between two bounds, with defaults for the rest: kinks are kept away from by 1/32.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.between(-1, 1, { avoid: [0] }).margin // => 0.03125
 * ```
 */
export const between = (low: number, high: number, rest: Partial<Omit<Domain, "low" | "high">> = {}): Domain => ({
  low,
  high,
  avoid: rest.avoid ?? [],
  margin: rest.margin ?? 1 / 32,
  grid: rest.grid ?? (rest.distinct === true ? 1 / 32 : 1 / 256),
  distinct: rest.distinct ?? false
})

/**
 * Numbers from -2 to 2: for ops that are smooth everywhere.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.real.low // => -2
 * ```
 */
export const real: Domain = between(-2, 2)

/**
 * Numbers from 0.25 to 3: for logarithms, roots and divisors.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.positive.low // => 0.25
 * ```
 */
export const positive: Domain = between(0.25, 3)

/**
 * Numbers from -2 to 2 but for a neighbourhood of 0: for what has a kink there.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.nonZero.avoid // => [0]
 * ```
 */
export const nonZero: Domain = between(-2, 2, { avoid: [0] })

/**
 * Numbers from -2 to 2 that differ from each other: for greatest elements, orders and norms.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.distinct.distinct // => true
 * ```
 */
export const distinct: Domain = between(-2, 2, { distinct: true })

/**
 * Whole numbers from `low` to `high`.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.integers(0, 6).grid // => 1
 * ```
 */
export const integers = (low: number, high: number): Domain => between(low, high, { grid: 1 })

/**
 * Numbers from -3 to 3 that are at least 1/4 apart: for deviations, whose higher derivatives grow where elements are near
 * each other.
 *
 * ```ts
 * import { Domain } from "@residual/testing"
 * Domain.spread.grid // => 0.25
 * ```
 */
export const spread: Domain = between(-3, 3, { distinct: true, grid: 1 / 4 })
