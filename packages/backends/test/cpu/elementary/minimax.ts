/** What a sum of powers is to come close to. */
export interface Fit {
  readonly from: number
  readonly to: number
  /** What remains to be approximated, once the terms with given coefficients are taken off. */
  readonly target: (x: number) => number
  /** The powers whose coefficients are looked for, the most important first. */
  readonly powers: ReadonlyArray<number>
  /** What an error counts. */
  readonly weight: (x: number) => number
  /** How a coefficient is rounded; not at all where missing. */
  readonly round?: (coefficient: number) => number
}

/** Coefficients, and the greatest weighted error that they leave. */
export interface Fitted {
  readonly coefficients: ReadonlyArray<number>
  readonly error: number
}

// Gaussian elimination with the greatest pivot; each row carries its right-hand side last.
const solve = (rows: ReadonlyArray<Array<number>>): Array<number> => {
  const order = rows.slice()
  const size = rows.length
  for (let column = 0; column < size; column++) {
    let best = column
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(order[row]![column]!) > Math.abs(order[best]![column]!)) best = row
    }
    const pivot = order[best]!
    order[best] = order[column]!
    order[column] = pivot
    for (let row = column + 1; row < size; row++) {
      const current = order[row]!
      const factor = current[column]! / pivot[column]!
      for (let at = column; at <= size; at++) current[at] = current[at]! - factor * pivot[at]!
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let row = size - 1; row >= 0; row--) {
    let sum = order[row]![size]!
    for (let at = row + 1; at < size; at++) sum -= order[row]![at]! * solution[at]!
    solution[row] = sum / order[row]![row]!
  }
  return solution
}

// Points at the extrema of a Chebyshev polynomial: dense where the error of a polynomial fit oscillates fast.
const gridOf = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: 4001 }, (_, at) => (from + to) / 2 - ((to - from) / 2) * Math.cos((Math.PI * at) / 4000)).filter(
    (x) => x !== 0
  )

// The greatest error of each run of errors of one sign, and among those the consecutive `count` that hold the greatest.
const alternation = (errors: ReadonlyArray<number>, count: number): ReadonlyArray<number> => {
  const peaks: Array<number> = []
  for (let at = 0; at < errors.length; at++) {
    const last = peaks.at(-1)
    if (last === undefined || Math.sign(errors[at]!) !== Math.sign(errors[last]!)) peaks.push(at)
    else if (Math.abs(errors[at]!) > Math.abs(errors[last]!)) peaks[peaks.length - 1] = at
  }
  while (peaks.length > count) {
    if (Math.abs(errors[peaks[0]!]!) < Math.abs(errors[peaks.at(-1)!]!)) peaks.shift()
    else peaks.pop()
  }
  return peaks
}

const remez = ({ from, to, target, powers, weight }: Fit): Fitted => {
  const grid = gridOf(from, to)
  const count = powers.length + 1
  const values = grid.map(target)
  const weights = grid.map(weight)
  let points: ReadonlyArray<number> = Array.from({ length: count }, (_, at) =>
    Math.round((at * (grid.length - 1)) / (count - 1))
  )
  let coefficients: ReadonlyArray<number> = []
  let error = Infinity
  for (let round = 0; round < 60; round++) {
    const solution = solve(
      points.map((point, at) => {
        const x = grid[point]!
        return [...powers.map((power) => x ** power), (at % 2 === 0 ? 1 : -1) / weights[point]!, values[point]!]
      })
    )
    const tried = solution.slice(0, -1)
    const errors = grid.map(
      (x, at) => weights[at]! * (values[at]! - powers.reduce((sum, power, n) => sum + tried[n]! * x ** power, 0))
    )
    const worst = Math.max(...errors.map(Math.abs))
    if (worst < error) {
      error = worst
      coefficients = tried
    }
    if (worst <= Math.abs(solution.at(-1)!) * 1.0001) break
    const next = alternation(errors, count)
    if (next.length < count) break
    points = next
  }
  return { coefficients, error }
}

/**
 * The sum of powers that comes closest in the greatest weighted error, by E. Ya. Remez' exchange. Where coefficients are
 * rounded, they are so one after the other, each time with those that follow fitted anew: later ones make up for the
 * rounding of earlier ones.
 */
export const minimax = (fit: Fit): Fitted => {
  const { round, powers, target } = fit
  if (round === undefined) return remez(fit)
  const coefficients: Array<number> = []
  const remaining = (x: number) =>
    target(x) - coefficients.reduce((sum, value, at) => sum + value * x ** powers[at]!, 0)
  for (let at = 0; at < powers.length; at++) {
    coefficients.push(round(remez({ ...fit, target: remaining, powers: powers.slice(at) }).coefficients[0]!))
  }
  const error = Math.max(...gridOf(fit.from, fit.to).map((x) => Math.abs(fit.weight(x) * remaining(x))))
  return { coefficients, error }
}
