import { nextDown } from "./nextFloat.ts"

/*
 * Sums, products, quotients and square roots rounded toward -∞ (`…Down`) and ∞ (`…Up`). The rounding error of the
 * nearest float is itself a float (T. J. Dekker, "A floating-point technique for extending the available precision",
 * 1971; D. E. Knuth, TAOCP 2, 4.2.2), and its sign tells on which side the exact result lies; so an exact result stays
 * a point. Where that error cannot be had (near overflow and underflow) it is NaN, and the bound moves one step out.
 */

const splitter = 2 ** 27 + 1
const splitsBelow = 2 ** 990
const errorIsNormalFrom = 2 ** -960

const sumError = (a: number, b: number, sum: number): number => {
  const roundedB = sum - a
  return a - (sum - roundedB) + (b - roundedB)
}

const productError = (a: number, b: number, product: number): number => {
  const inRange = Math.abs(a) < splitsBelow && Math.abs(b) < splitsBelow && Math.abs(product) > errorIsNormalFrom
  if (!inRange) return NaN
  const aScaled = splitter * a
  const aHigh = aScaled - (aScaled - a)
  const aLow = a - aHigh
  const bScaled = splitter * b
  const bHigh = bScaled - (bScaled - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

// The float below an exact result, from the float nearest to it and the sign of (exact - nearest). nextDown takes an
// overflow back to the largest float, and an underflow to 0 below it.
const below = (nearest: number, error: number): number => (error >= 0 && error < Infinity ? nearest : nextDown(nearest))

/** The sum rounded toward -∞; NaN for ∞ - ∞. */
export const addDown = (a: number, b: number): number => {
  const sum = a + b
  if (Math.abs(a) === Infinity || Math.abs(b) === Infinity) return sum
  return below(sum, sumError(a, b, sum))
}

/** The sum rounded toward ∞; NaN for ∞ - ∞. */
export const addUp = (a: number, b: number): number => -addDown(-a, -b)

/** The product rounded toward -∞; zero times infinity is 0, as bounds of products need it. */
export const mulDown = (a: number, b: number): number => {
  if (a === 0 || b === 0) return 0
  const product = a * b
  if (Math.abs(a) === Infinity || Math.abs(b) === Infinity) return product
  if (product === 0) return a > 0 === b > 0 ? 0 : nextDown(0)
  return below(product, productError(a, b, product))
}

/** The product rounded toward ∞; zero times infinity is 0, as bounds of products need it. */
export const mulUp = (a: number, b: number): number => -mulDown(-a, b)

/** The quotient by a divisor other than 0, rounded toward -∞; NaN for ∞/∞. */
export const divDown = (a: number, b: number): number => {
  const quotient = a / b
  if (a === 0 || Math.abs(a) === Infinity || Math.abs(b) === Infinity) return quotient
  if (quotient === 0) return a > 0 === b > 0 ? 0 : nextDown(0)
  const product = quotient * b
  const remainder = a - product - productError(quotient, b, product)
  return below(quotient, b > 0 ? remainder : -remainder)
}

/** The quotient by a divisor other than 0, rounded toward ∞; NaN for ∞/∞. */
export const divUp = (a: number, b: number): number => -divDown(-a, b)

const sqrtRemainder = (x: number, root: number): number => {
  if (x === 0 || x === Infinity) return 0
  const product = root * root
  return x - product - productError(root, root, product)
}

/** The square root of x ≥ 0, rounded toward -∞. */
export const sqrtDown = (x: number): number => {
  const root = Math.sqrt(x)
  return below(root, sqrtRemainder(x, root))
}

/** The square root of x ≥ 0, rounded toward ∞. */
export const sqrtUp = (x: number): number => {
  const root = Math.sqrt(x)
  return -below(-root, -sqrtRemainder(x, root))
}
