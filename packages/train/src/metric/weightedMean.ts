import type { BatchResult, Metric } from "./metric.ts"

/** A mean under way: the sum of values times their weights, and of the weights. */
export interface WeightedMean {
  readonly sum: number
  readonly weight: number
}

/** Calls a function with each value that a batch adds to a mean, and its weight. */
export type EachValue = (result: BatchResult, visit: (value: number, weight: number) => void) => void

/** The mean of what batches have, each value counting as much as its weight; 0 for none. */
export const weightedMean = <A>(
  name: string,
  each: EachValue,
  value: (mean: number) => A
): Metric<WeightedMean, A> => ({
  name,
  initial: { sum: 0, weight: 0 },
  add: (state, result) => {
    let { sum, weight } = state
    each(result, (value, itsWeight) => {
      sum += value * itsWeight
      weight += itsWeight
    })
    return { sum, weight }
  },
  value: ({ sum, weight }) => value(weight === 0 ? 0 : sum / weight)
})
