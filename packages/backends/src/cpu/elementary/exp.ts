import { exponentialSeries } from "../../kernel/elementary/exponential.ts"
import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { reduceByLn2 } from "./reduceByLn2.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Beyond these the result is 0, and ∞.
const lowest = -104
const highest = 89

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
