/** The position of a float64 in the order of all of them: neighbours differ by 1, and both zeros are at 0. */
export const positionOf = (x: number): bigint => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(x))
  const magnitude = view.getBigInt64(0)
  return x < 0 ? -magnitude : magnitude
}

/** The float64 at a position. */
export const floatAt = (position: bigint): number => {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigInt64(0, position < 0n ? -position : position)
  return position < 0n ? -view.getFloat64(0) : view.getFloat64(0)
}

/** How many floats lie between two, plus one. */
export const ulpsApart = (a: number, b: number): number => {
  const distance = positionOf(a) - positionOf(b)
  return Number(distance < 0n ? -distance : distance)
}
