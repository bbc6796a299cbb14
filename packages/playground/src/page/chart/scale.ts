/** The values that an axis spans, and whether equal ratios or equal differences are equally far apart on it. */
export interface Scale {
  readonly low: number
  readonly high: number
  readonly isLogarithmic: boolean
}

/** Where a value stands on an axis: 0 at its low end, 1 at its high end. */
export const placeOn = ({ low, high, isLogarithmic }: Scale, value: number): number => {
  const [from, to, at] = isLogarithmic ? [Math.log(low), Math.log(high), Math.log(value)] : [low, high, value]
  return to === from ? 0 : (at - from) / (to - from)
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least so much. */
const roundStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10)
}

const linearTicks = (low: number, high: number, most: number): ReadonlyArray<number> => {
  const step = roundStep((high - low) / Math.max(1, most))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Whole multiples divided by a whole number are the closest floats: 0.3, not 3 · 0.1.
  const parts = 1 / step
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    step < 1 ? (first + at) / Math.round(parts) : (first + at) * step
  )
}

const logarithmicTicks = (low: number, high: number, most: number): ReadonlyArray<number> => {
  const powers = Array.from(
    { length: Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, at) => 10 ** (Math.floor(Math.log10(low)) + at)
  )
  const within = (factors: ReadonlyArray<number>): ReadonlyArray<number> =>
    powers.flatMap((power) => factors.map((factor) => factor * power)).filter((tick) => tick >= low && tick <= high)
  const dense = within([1, 2, 5])
  return dense.length <= most ? dense : within([1])
}

/** Round values to write along an axis, no more than about so many. */
export const ticksOf = ({ low, high, isLogarithmic }: Scale, most: number): ReadonlyArray<number> =>
  isLogarithmic ? logarithmicTicks(low, high, most) : linearTicks(low, high, most)

const decimals = (value: number): number => String(Number(value.toPrecision(6))).split(".")[1]?.length ?? 0

/** The same with what to write there, all with as many decimals as the finest needs. */
export const labelledTicks = (
  scale: Scale,
  most: number
): ReadonlyArray<{ readonly value: number; readonly label: string }> => {
  const ticks = ticksOf(scale, most)
  const places = Math.max(0, ...ticks.map(decimals))
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places })
  return ticks.map((value) => ({ value, label: format.format(value) }))
}

/** The values from one to another, widened to round ones. */
export const widened = (low: number, high: number, ticks: number): readonly [low: number, high: number] => {
  const step = roundStep(Math.max(high - low, 1e-6) / ticks)
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step]
}
