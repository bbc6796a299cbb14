const blocks = "▁▂▃▄▅▆▇█"

/**
 * Losses as a line of at most `width` block characters, each as high as the mean of the losses that it stands for,
 * between the lowest and the highest of these means.
 */
export const lossCurve = (losses: ReadonlyArray<number>, width: number): string => {
  const columns = Math.min(width, losses.length)
  const means = Array.from({ length: columns }, (_, column) => {
    const part = losses.slice(
      Math.floor((column * losses.length) / columns),
      Math.floor(((column + 1) * losses.length) / columns)
    )
    return part.reduce((sum, loss) => sum + loss, 0) / part.length
  })
  const low = Math.min(...means)
  const span = Math.max(...means) - low
  return means
    .map((mean) => blocks[span === 0 ? 0 : Math.round(((mean - low) / span) * (blocks.length - 1))] ?? "")
    .join("")
}

/** The losses of a run so far, of any length, as a bounded number of means of `each` consecutive losses. */
export interface LossHistory {
  readonly each: number
  readonly means: ReadonlyArray<number>
  readonly sum: number
  readonly count: number
}

/** The history before the first loss. */
export const noLosses: LossHistory = { each: 1, means: [], sum: 0, count: 0 }

/** Means that a history keeps before it halves them. */
const mostMeans = 96

/** The history with one more loss. */
export const addLoss = ({ each, means, sum, count }: LossHistory, loss: number): LossHistory => {
  if (count + 1 < each) return { each, means, sum: sum + loss, count: count + 1 }
  const longer = [...means, (sum + loss) / each]
  if (longer.length < mostMeans) return { each, means: longer, sum: 0, count: 0 }
  const halved = Array.from(
    { length: mostMeans / 2 },
    (_, at) => ((longer[2 * at] as number) + (longer[2 * at + 1] as number)) / 2
  )
  return { each: 2 * each, means: halved, sum: 0, count: 0 }
}
