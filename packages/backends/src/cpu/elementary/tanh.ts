import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, i32, i32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { exponentialSeries } from "./exp.ts"
import { polynomial } from "./polynomial.ts"
import { shifter } from "./reduceByLn2.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Where one form ends and the other begins.
const middle = 0.85

// tanh is 1 from 9.011 on.
const highest = 9.05

// (tanh(t) - t) / t³ in t² for 0 ≤ t ≤ 0.85: tanh(t) is within 2^-26.9, relative.
const series = [
  -0.3333326578140259, 0.13331478834152222, -0.05379640311002731, 0.021120887249708176, -0.007142527494579554,
  0.0014400205109268427
]

// e²ʳ.
const doubledSeries = exponentialSeries.map((coefficient, power) => coefficient * 2 ** power)

/**
 * A polynomial for |x| ≤ 0.85, and 1 - 2 / (exp(2 |x|) + 1) beyond: there the quotient is small, and so is what its error
 * weighs. That of one part of ln 2 / 2 instead of two is among them. Both are computed. The second takes no operand below
 * the limit, and so no value below that at the limit; the polynomial leaves tanh upwards: the lower one of the two is the
 * result.
 */
export const tanh: ElementaryFunction = (x, local, math) => {
  const { float } = constantsOf(math)
  const magnitude = local("v128")
  const clamped = local("v128")
  const count = local("v128")
  const rest = local("v128")
  const square = local("v128")
  const near = local("v128")
  const far = local("v128")
  return sequence(
    set(magnitude, f32x4.abs(get(x))),
    set(clamped, f32x4.pseudoMin(get(magnitude), float(highest))),
    set(clamped, f32x4.pseudoMax(get(clamped), float(middle))),
    // |x| = n · ln 2 / 2 + rest.
    set(count, math.multiplyAdd(get(clamped), float(2 * Math.LOG2E), float(shifter))),
    set(rest, math.multiplyAdd(f32x4.sub(get(count), float(shifter)), float(-Math.LN2 / 2), get(clamped))),
    set(square, f32x4.mul(get(rest), get(rest))),
    set(far, polynomial(rest, doubledSeries, math, [square])),
    set(far, i32x4.add(get(far), i32x4.shiftLeft(get(count), i32.constant(23)))),
    set(far, f32x4.div(float(2), f32x4.add(get(far), float(1)))),
    set(far, f32x4.sub(float(1), get(far))),
    set(square, f32x4.mul(get(magnitude), get(magnitude))),
    set(near, f32x4.mul(get(square), polynomial(square, series, math))),
    set(near, math.multiplyAdd(get(near), get(magnitude), get(magnitude))),
    withSignOf(x, f32x4.pseudoMin(get(near), get(far)))
  )
}
