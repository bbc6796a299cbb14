import { checkSettings, counting } from "../setting/checkSettings.ts"

/**
 * How numbers are distributed: for each bucket its upper bound and how many of them lie in it, above the bound before. The
 * first bucket begins at the least.
 *
 * ```ts
 * import { type Histogram, histogramOf } from "@residual/train"
 * const histogram: Histogram = histogramOf([0, 1, 1, 4], 2)
 * histogram.counts // => [3, 1]
 * ```
 */
export interface Histogram {
  readonly least: number
  readonly most: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
  readonly limits: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

/**
 * The histogram of the finite ones of numbers, in buckets of one width: 30 by default. Where all are equal, there is one
 * bucket. Throws a `SettingError` for a count of buckets that is not a whole number from 1.
 *
 * ```ts
 * import { histogramOf } from "@residual/train"
 * const { limits, counts } = histogramOf([0, 1, 1, 4], 4)
 * limits // => [1, 2, 3, 4]
 * counts // => [3, 0, 0, 1]
 * ```
 */
export const histogramOf = (numbers: Iterable<number>, buckets = 30): Histogram => {
  checkSettings("histogramOf", { buckets: [counting, buckets] })
  const finite = Array.from(numbers).filter(Number.isFinite)
  const least = finite.reduce((a, b) => Math.min(a, b), finite[0] ?? 0)
  const most = finite.reduce((a, b) => Math.max(a, b), finite[0] ?? 0)
  const bounds = Array.from({ length: buckets }, (_, at) => {
    const part = (at + 1) / buckets
    // Their difference may be larger than any float.
    return part === 1 ? most : Math.min(most, least * (1 - part) + most * part)
  })
  // Numbers that are almost equal may have no others between them to part them at.
  const limits = Array.from(new Set(bounds)).sort((a, b) => a - b)
  const counts = limits.map(() => 0)
  for (const number of finite) {
    const at = limits.findIndex((limit) => number <= limit)
    counts[at] = (counts[at] as number) + 1
  }
  const sum = finite.reduce((a, b) => a + b, 0)
  const sumOfSquares = finite.reduce((a, b) => a + b * b, 0)
  return { least, most, count: finite.length, sum, sumOfSquares, limits, counts }
}
