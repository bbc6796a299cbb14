/** Heights near the wanted ones, in the same order, at least so far apart and within the bounds where there is room. */
export const labelPlaces = (
  wanted: ReadonlyArray<number>,
  apart: number,
  [top, bottom]: readonly [number, number]
): ReadonlyArray<number> => {
  const order = wanted.map((height, at) => ({ height, at })).sort((a, b) => a.height - b.height || a.at - b.at)
  const places = new Array<number>(wanted.length)
  let least = top
  for (const { height, at } of order) {
    const place = Math.max(height, least)
    places[at] = place
    least = place + apart
  }
  let most = bottom
  for (const { at } of order.toReversed()) {
    places[at] = Math.min(places[at] as number, most)
    most = (places[at] as number) - apart
  }
  return places
}
