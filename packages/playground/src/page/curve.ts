/** How the loss of a run went, step by step. */
export interface Curve {
  readonly losses: ReadonlyArray<number>
  /** A running mean of the losses. */
  readonly smoothed: ReadonlyArray<number>
  /** How long it had been trained after each step, in seconds. */
  readonly seconds: ReadonlyArray<number>
}

/** The curve before the first step. */
export const noCurve: Curve = { losses: [], smoothed: [], seconds: [] }

/** The most steps that the running mean spans. */
const widestMean = 40

/** The curve with more steps: their losses, and the seconds that each took. */
export const extend = (curve: Curve, losses: ReadonlyArray<number>, seconds: ReadonlyArray<number>): Curve => {
  const made = curve.losses.length
  let [mean, time] = [curve.smoothed.at(-1) ?? 0, curve.seconds.at(-1) ?? 0]
  const smoothed = losses.map((loss, at) => {
    // As wide as a fraction of the steps so far, since the loss falls quickly at first.
    mean += (loss - mean) / Math.min(widestMean, 1 + (made + at) / 16)
    return mean
  })
  const times = seconds.map((each) => {
    time += each
    return time
  })
  return {
    losses: [...curve.losses, ...losses],
    smoothed: [...curve.smoothed, ...smoothed],
    seconds: [...curve.seconds, ...times]
  }
}

/** Steps in a second of training, of late: over no more than the last two seconds. */
export const stepsPerSecond = ({ seconds }: Curve): number | undefined => {
  const last = seconds.at(-1)
  if (last === undefined || last === 0) return undefined
  const from = seconds.findIndex((time) => time > last - 2)
  const before = seconds[from - 1] ?? 0
  return (seconds.length - from) / (last - before)
}
