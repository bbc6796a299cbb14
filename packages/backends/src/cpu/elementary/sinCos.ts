import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { reduceByHalfPi } from "./reduceByHalfPi.ts"
import type { VectorMath } from "./vectorMath.ts"

// (sin(r) - r) / r³ in r² for |r| ≤ π/4: sin(r) is within 2^-27.9, relative.
const sine = [-0.16666655242443085, 0.008332189172506332, -0.0001951828453456983]

// (cos(r) - 1) / r² likewise: cos(r) is within 2^-33, relative.
const cosine = [-0.5, 0.04166664555668831, -0.0013887309469282627, 0.000024432327336398885]

/** sin(x + quarters · π/2) for x that is not negative: one of two polynomials in the rest, by the quadrant. */
export const sineAt = (x: Local, quarters: 0 | 1, local: MakeLocal, math: VectorMath): Code => {
  const { float, integer } = constantsOf(math)
  const square = local("v128")
  const odd = local("v128")
  const even = local("v128")
  const quadrant = local("v128")
  const { code, rest, count } = reduceByHalfPi(x, local, math)
  return sequence(
    code,
    set(quadrant, quarters === 0 ? get(count) : i32x4.add(get(count), integer(quarters))),
    set(square, f32x4.mul(get(rest), get(rest))),
    set(even, math.multiplyAdd(get(square), polynomial(square, cosine, math), float(1))),
    set(odd, f32x4.mul(get(square), polynomial(square, sine, math))),
    set(odd, math.multiplyAdd(get(odd), get(rest), get(rest))),
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
