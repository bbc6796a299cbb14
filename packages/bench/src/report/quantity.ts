/** A number with three digits that count, and no exponent where people would not write one. */
export const threeDigits = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1000) return String(Math.round(value))
  if (magnitude !== 0 && magnitude < 1e-5) return value.toExponential(1)
  return Number(value.toPrecision(3)).toString()
}

const units = ["B", "kB", "MB", "GB"]

/** Bytes in the unit that reads best. */
export const bytes = (count: number): string => {
  const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3))
  return `${threeDigits(count / 1000 ** power)} ${units[power]}`
}
