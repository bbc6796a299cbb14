import { expm1Series } from "../../kernel/elementary/exponential.ts"
import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, i32, i32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { shifter } from "./reduceByLn2.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// tanh is 1 from 9.011 on.
const highest = 9.05

// (e²ʳ - 1 - 2r) / 2r².
const doubledSeries = expm1Series.map((coefficient, power) => coefficient * 2 ** (power + 1))

/**
 * With m = (e²ᵗ - 1) / 2 for t = |x|, tanh(t) = m / (m + 1). m is 2ⁿ⁻¹ · (e²ʳ - 1) + (2ⁿ⁻¹ - ½), and e²ʳ - 1 is computed as
 * such, so that small operands keep their digits; what the reduction in one step loses counts the less the larger n is.
 */
export const tanh: ElementaryFunction = (x, local, math) => {
  const { float, integer } = constantsOf(math)
  const clamped = local("v128")
  const count = local("v128")
  const rest = local("v128")
  const square = local("v128")
  const less1 = local("v128")
  const power = local("v128")
  return sequence(
    set(clamped, f32x4.pseudoMin(f32x4.abs(get(x)), float(highest))),
    // t = n · ln 2 / 2 + r.
    set(count, math.multiplyAdd(get(clamped), float(2 * Math.LOG2E), float(shifter))),
    set(rest, math.multiplyAdd(f32x4.sub(get(count), float(shifter)), float(-Math.LN2 / 2), get(clamped))),
    set(square, f32x4.mul(get(rest), get(rest))),
    // (e²ʳ - 1) / 2.
    set(less1, math.multiplyAdd(get(square), polynomial(rest, doubledSeries, math, [square]), get(rest))),
    set(power, i32x4.add(i32x4.shiftLeft(get(count), i32.constant(23)), integer(0x3f80_0000))),
    set(less1, math.multiplyAdd(get(power), get(less1), math.multiplyAdd(get(power), float(0.5), float(-0.5)))),
    withSignOf(x, f32x4.div(get(less1), f32x4.add(get(less1), float(1))))
  )
}
