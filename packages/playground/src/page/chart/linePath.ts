/** A point of a drawing, in its units, which are pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** How far apart points of a line are at least. */
const spacing = 2

const written = (value: number): string => value.toFixed(1)

/**
 * Points from left to right as the data of an SVG path. Those closer together than can be seen become one, in their
 * middle, so that a path is as short for many thousand steps.
 */
export const linePath = (count: number, pointAt: (at: number) => Point): string => {
  const parts: Array<string> = []
  let [x, y, inside, column] = [0, 0, 0, Number.NaN]
  const close = (): void => {
    if (inside > 0) parts.push(`${parts.length === 0 ? "M" : "L"}${written(x / inside)} ${written(y / inside)}`)
  }
  for (let at = 0; at < count; at++) {
    const point = pointAt(at)
    const own = Math.floor(point.x / spacing)
    if (own !== column) {
      close()
      ;[x, y, inside, column] = [0, 0, 0, own]
    }
    x += point.x
    y += point.y
    inside++
  }
  close()
  return parts.join("")
}
