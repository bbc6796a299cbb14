import { isClose } from "../gradient/gradientDefect.ts"

/**
 * How far two ways to the same residual may be apart, relative to the greater of 1 and its size: both round in 64 bits,
 * over sums of some hundred terms.
 */
export const sameTolerance = 1e-11

/** Where two lists of values differ by more than a tolerance, in words. */
export const firstDifference = (
  what: string,
  actual: ReadonlyArray<ArrayLike<number>>,
  expected: ReadonlyArray<ArrayLike<number>>,
  tolerance: number
): string | undefined => {
  for (const [at, values] of actual.entries()) {
    const other = expected[at] as ArrayLike<number>
    for (let element = 0; element < values.length; element++) {
      const [a, b] = [values[element] as number, other[element] as number]
      if (!isClose(a, b, tolerance)) return `${what}: element ${element} of value ${at} is ${a}, not ${b}`
    }
  }
  return undefined
}
