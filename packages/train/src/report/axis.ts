/** The values that an axis spans, from end to end, and those that are written along it. */
export interface Axis {
  readonly low: number
  readonly high: number
  readonly ticks: ReadonlyArray<{ readonly value: number; readonly label: string }>
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least so much. */
const roundStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10)
}

/** An axis on which all values lie, with no more than about so many ticks. Where `isWidened`, it begins and ends at one. */
export const axisOf = (values: ReadonlyArray<number>, most: number, isWidened: boolean): Axis => {
  const [least, greatest] = rangeOf(values)
  const step = roundStep((greatest - least) / most)
  const [first, last] = isWidened
    ? [Math.floor(least / step + 1e-9), Math.ceil(greatest / step - 1e-9)]
    : [Math.ceil(least / step - 1e-9), Math.floor(greatest / step + 1e-9)]
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => multiple(first + at, step))
  const [low, high] = isWidened ? [multiple(first, step), multiple(last, step)] : [least, greatest]
  const label = labelsOf(ticks, step)
  return {
    low: Math.min(low, least),
    high: Math.max(high, greatest),
    ticks: ticks.map((value) => ({ value, label: label(value) }))
  }
}

/** The least and the greatest of values, which are apart. */
const rangeOf = (values: ReadonlyArray<number>): readonly [least: number, greatest: number] => {
  const least = values.reduce((a, b) => Math.min(a, b), values[0] ?? 0)
  const greatest = values.reduce((a, b) => Math.max(a, b), values[0] ?? 1)
  const size = Math.max(Math.abs(least), Math.abs(greatest))
  // Values that differ in their last digits only would be told apart by none that is written; nor would the least floats.
  if (greatest - least > Math.max(1e-9 * size, 1e-290)) return [least, greatest]
  const room = size > 1e-280 ? size / 2 : 1
  return [least - room, greatest + room]
}

/** A whole multiple divided by a whole number is the closest float: 0.3, not 3 · 0.1. */
const multiple = (count: number, step: number): number => (step < 1 ? count / Math.round(1 / step) : count * step)

/** Writes ticks with as many digits as tell them apart. */
const labelsOf = (ticks: ReadonlyArray<number>, step: number): ((value: number) => string) => {
  const greatest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0)
  if (step < 1e-4 || greatest >= 1e7) return (value) => Number(value.toPrecision(12)).toExponential()
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places })
  return (value) => format.format(value)
}
