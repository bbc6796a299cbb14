import { ln2High, ln2Low } from "../../kernel/elementary/ln2.ts"
import { logarithmSeries, rootHalfBits } from "../../kernel/elementary/logarithm.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import type { VectorMath } from "./vectorMath.ts"

// The parts of ln 2 are scaled to exponents that stand where a float has them.
const unit = 2 ** -23

/** Which floats are not positive, normal and finite: the sum puts those that are at the lower end of the signed integers. */
export const isSpecial = (x: Code, math: VectorMath): Code => {
  const { integer } = constantsOf(math)
  return i32x4.greaterSigned(i32x4.add(x, integer(0x7f80_0000)), integer(0xfeff_ffff))
}

/** x = 2ᵏ · m with m from √½ to √2: sets `scaled` to k · 2²³, an integer. */
export const exponentOf = (x: Code, scaled: Local, math: VectorMath): Code => {
  const { integer } = constantsOf(math)
  return set(scaled, v128.and(i32x4.sub(x, integer(rootHalfBits)), integer(0xff80_0000)))
}

/**
 * ln(1 + f) + correction + k · ln 2, smaller terms first: Cody and Waite, "Software Manual for the Elementary Functions"
 * (1980), chapter 5, with a polynomial in f instead of a rational function. `scaled` holds k · 2²³, a float.
 */
export const logarithm = (f: Local, scaled: Local, local: MakeLocal, math: VectorMath, correction?: Code): Code => {
  const { float } = constantsOf(math)
  const square = local("v128")
  const fourth = local("v128")
  const low = f32x4.mul(get(scaled), float(ln2Low * unit))
  return sequence(
    set(square, f32x4.mul(get(f), get(f))),
    set(fourth, f32x4.mul(get(square), get(square))),
    math.multiplyAdd(
      get(scaled),
      float(ln2High * unit),
      f32x4.add(
        get(f),
        math.multiplyAdd(
          get(square),
          polynomial(f, logarithmSeries, math, [square, fourth]),
          correction === undefined ? low : f32x4.add(low, correction)
        )
      )
    )
  )
}
