import { cosineSeries, sineSeries } from "../../kernel/elementary/sine.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { reduceByHalfPi } from "./reduceByHalfPi.ts"
import type { VectorMath } from "./vectorMath.ts"

/**
 * sin(x + quarters · π/2) for x that is not negative: one of two polynomials in the rest, by the quadrant. What rounding
 * added to the rest is taken off by the derivatives, cos(r) and -sin(r) ≈ -r, and what it added to 1 - r²/2 is taken off,
 * too: the last sum rounds, and little else.
 */
export const sineAt = (x: Local, quarters: 0 | 1, local: MakeLocal, math: VectorMath): Code => {
  const { float, integer } = constantsOf(math)
  const square = local("v128")
  const odd = local("v128")
  const even = local("v128")
  const half = local("v128")
  const main = local("v128")
  const quadrant = local("v128")
  const { code, rest, excess, count } = reduceByHalfPi(x, local, math)
  return sequence(
    code,
    set(quadrant, quarters === 0 ? get(count) : i32x4.add(get(count), integer(quarters))),
    set(square, f32x4.mul(get(rest), get(rest))),
    set(half, f32x4.mul(get(square), float(0.5))),
    set(main, f32x4.sub(float(1), get(half))),
    set(even, f32x4.sub(f32x4.sub(float(1), get(main)), get(half))),
    set(even, math.multiplyAdd(get(rest), get(excess), get(even))),
    set(even, math.multiplyAdd(f32x4.mul(get(square), get(square)), polynomial(square, cosineSeries, math), get(even))),
    set(even, f32x4.add(get(main), get(even))),
    set(odd, f32x4.mul(get(square), polynomial(square, sineSeries, math))),
    set(odd, math.multiplyAdd(get(odd), get(rest), f32x4.mul(get(excess), get(even)))),
    set(odd, f32x4.sub(get(rest), get(odd))),
    v128.xor(
      v128.bitSelect(
        get(even),
        get(odd),
        i32x4.shiftRightSigned(i32x4.shiftLeft(get(quadrant), i32.constant(31)), i32.constant(31))
      ),
      v128.and(i32x4.shiftLeft(get(quadrant), i32.constant(30)), integer(0x8000_0000))
    )
  )
}
