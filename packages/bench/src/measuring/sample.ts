import type { SamplingPlan } from "./samplingPlan.ts"

/** Makes so many calls one after the other, and says how many milliseconds they took. */
export type Time = (calls: number) => Promise<number>

/** How long a call takes, in milliseconds. */
export interface Samples {
  readonly median: number
  readonly fastest: number
  readonly samples: number
}

/** A clock's reading costs about as much as the shortest call, so that those are timed several at once. */
const shortestSample = 0.4

const callsOf = (milliseconds: number): number =>
  milliseconds < shortestSample / 2 ? Math.round(shortestSample / Math.max(milliseconds, 1e-4)) : 1

/** No more samples than tell something. */
const mostSamples = 3000

/** Where calls take much longer than planned for, so many samples do. */
const fewestSamples = 3

/** The middle of some numbers. */
export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low = Number.NaN, high = low] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}

/**
 * Times a call that has been made once, and then took `first` milliseconds: lets it warm up, and samples it. `settle` is
 * called between the two.
 */
export const sample = async (
  time: Time,
  plan: SamplingPlan,
  first: number,
  settle: () => void = () => {}
): Promise<Samples> => {
  if (first > plan.patienceMilliseconds) return { median: first, fastest: first, samples: 1 }
  let [calls, spent, perCall] = [0, 0, first]
  while (calls < plan.warmUpCalls || spent < plan.warmUpMilliseconds) {
    const batch = callsOf(perCall)
    const milliseconds = await time(batch)
    perCall = milliseconds / batch
    calls += batch
    spent += milliseconds
  }
  settle()
  const batch = callsOf(perCall)
  const samples: Array<number> = []
  spent = 0
  while ((samples.length < plan.samples || spent < plan.milliseconds) && samples.length < mostSamples) {
    const milliseconds = await time(batch)
    samples.push(milliseconds / batch)
    spent += milliseconds
    if (spent > 20 * Math.max(plan.milliseconds, 1) && samples.length >= fewestSamples) break
  }
  return { median: median(samples), fastest: Math.min(...samples), samples: samples.length }
}
