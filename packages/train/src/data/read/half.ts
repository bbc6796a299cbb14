/** The number that the 16 bits of a half-precision float stand for (IEEE 754 binary16). */
export const halfToNumber = (bits: number): number => {
  const sign = bits >>> 15 === 0 ? 1 : -1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = (bits & 0x3ff) / 2 ** 10
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15)
}
