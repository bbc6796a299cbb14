import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { reduceByLn2 } from "./reduceByLn2.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Beyond these the result is 0, and ∞.
const lowest = -104
const highest = 89

/** eʳ for |r| ≤ ln 2 / 2, from the constant on: within 2^-28.2, relative. */
export const exponentialSeries = [
  1, 1, 0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.008369192481040955, 0.001383890165016055
] as const

/**
 * eˣ = 2ⁿ · eʳ. 2ⁿ may be subnormal, or 2¹²⁸: it is the product of two powers that are neither, of which the second
 * multiplication is the only one that can round. A NaN goes through the polynomial.
 */
export const exp: ElementaryFunction = (x, local, math) => {
  const { float, integer } = constantsOf(math)
  const clamped = local("v128")
  const half = local("v128")
  const { code, rest, count } = reduceByLn2(clamped, 254, local, math)
  return sequence(
    set(clamped, f32x4.pseudoMin(get(x), float(highest))),
    set(clamped, f32x4.pseudoMax(get(clamped), float(lowest))),
    code,
    // 127 + ⌊n / 2⌋ in the exponent: n + 254, halved.
    set(half, v128.and(i32x4.shiftLeft(get(count), i32.constant(22)), integer(0xff80_0000))),
    f32x4.mul(
      f32x4.mul(polynomial(rest, exponentialSeries, math), get(half)),
      i32x4.sub(i32x4.shiftLeft(get(count), i32.constant(23)), get(half))
    )
  )
}
