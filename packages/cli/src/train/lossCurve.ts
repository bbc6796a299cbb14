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
