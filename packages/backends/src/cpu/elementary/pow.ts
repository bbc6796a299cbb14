import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, f64x2, i32, i64x2, shuffle32, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial64 } from "./polynomial.ts"
import type { VectorMath } from "./vectorMath.ts"

// √½, as the bits of a double.
const rootHalf = 0x3fe6_a09e

// log₂((1 + s) / (1 - s)) / s in s² for |s| ≤ (√2 - 1) / (√2 + 1): within 2^-43.5, relative.
const logarithmSeries = [
  2.8853900817779246, 0.9617966939656707, 0.5770779840493574, 0.4122053636179322, 0.3200498393488087,
  0.28105380505775673
]

// 2ʳ for |r| ≤ ½: within 2^-39.8, relative.
const powerSeries = [
  1, 0.693147180541217, 0.2402265069474167, 0.055504109592861575, 0.009618129559105048, 0.0013333434106516304,
  0.00015403098117320205, 0.000015314221872575338, 0.0000013344208285317908
]

// The sum with a double between -2⁵¹ and 2⁵¹ is an integer, which stands in the low bits, plus 1023.
const shifter = 1.5 * 2 ** 52 + 1023

// Results beyond 2^±200 are 0 and ∞ as floats of 32 bits.
const farthest = 200

// |x|ʸ = 2^(y · log₂|x|) for two lanes, x positive and finite, as floats of 64 bits.
const powerOfTwo = (x: Code, y: Code, local: MakeLocal, math: VectorMath): Code => {
  const { double, highWord } = constantsOf(math)
  const operand = local("v128")
  const scaled = local("v128")
  const s = local("v128")
  const square = local("v128")
  const fourth = local("v128")
  const exponent = local("v128")
  const shifted = local("v128")
  return sequence(
    set(operand, f64x2.promoteLowF32(x)),
    // |x| = 2ᵏ · m with m from √½ to √2, k in the place of the exponent.
    set(scaled, v128.and(i64x2.sub(get(operand), highWord(rootHalf)), highWord(0xfff0_0000))),
    set(operand, i64x2.sub(get(operand), get(scaled))),
    set(s, f64x2.div(f64x2.sub(get(operand), double(1)), f64x2.add(get(operand), double(1)))),
    set(square, f64x2.mul(get(s), get(s))),
    set(fourth, f64x2.mul(get(square), get(square))),
    set(
      exponent,
      f64x2.mul(f64x2.convertLowI32Signed(shuffle32(get(scaled), get(scaled), [1, 3, 1, 3])), double(2 ** -20))
    ),
    set(exponent, f64x2.add(get(exponent), f64x2.mul(get(s), polynomial64(square, logarithmSeries, math, [fourth])))),
    set(exponent, f64x2.mul(get(exponent), f64x2.promoteLowF32(y))),
    set(exponent, f64x2.pseudoMin(get(exponent), double(farthest))),
    set(exponent, f64x2.pseudoMax(get(exponent), double(-farthest))),
    set(shifted, f64x2.add(get(exponent), double(shifter))),
    set(exponent, f64x2.sub(get(exponent), f64x2.sub(get(shifted), double(shifter)))),
    set(square, f64x2.mul(get(exponent), get(exponent))),
    set(fourth, f64x2.mul(get(square), get(square))),
    f64x2.mul(
      polynomial64(exponent, powerSeries, math, [square, fourth]),
      i64x2.shiftLeft(get(shifted), i32.constant(52))
    )
  )
}

/**
 * x to the power y as IEEE 754 defines `pow`, through floats of 64 bits: the result is rounded once, whether it is normal
 * or not.
 */
export const pow = (x: Local, y: Local, local: MakeLocal, math: VectorMath): Code => {
  const { float, integer } = constantsOf(math)
  const magnitude = local("v128")
  const result = local("v128")
  const isInteger = local("v128")
  const infinite = float(Infinity)
  const zero = float(0)
  const one = float(1)
  const replace = (value: Code, where: Code): Code => set(result, v128.bitSelect(value, get(result), where))
  const high = (vector: Local): Code => shuffle32(get(vector), get(vector), [2, 3, 2, 3])
  const halved = f32x4.mul(get(y), float(0.5))
  return sequence(
    set(magnitude, f32x4.abs(get(x))),
    set(result, f32x4.demoteF64Zero(powerOfTwo(get(magnitude), get(y), local, math))),
    set(
      result,
      shuffle32(get(result), f32x4.demoteF64Zero(powerOfTwo(high(magnitude), high(y), local, math)), [0, 1, 4, 5])
    ),
    // 0 and ∞ have a power of 0 or ∞, by the sign of the exponent.
    replace(
      v128.andNot(infinite, v128.xor(f32x4.equal(get(magnitude), zero), f32x4.less(get(y), zero))),
      v128.or(f32x4.equal(get(magnitude), zero), f32x4.equal(get(magnitude), infinite))
    ),
    set(isInteger, f32x4.equal(f32x4.truncate(get(y)), get(y))),
    // Odd exponents keep the sign of the base: those that are integers, and not so when halved.
    set(
      result,
      v128.or(
        get(result),
        v128.and(
          v128.and(get(x), integer(0x8000_0000)),
          v128.andNot(get(isInteger), f32x4.equal(f32x4.truncate(halved), halved))
        )
      )
    ),
    replace(
      float(Number.NaN),
      v128.or(
        v128.andNot(v128.and(f32x4.less(get(x), zero), f32x4.less(get(magnitude), infinite)), get(isInteger)),
        v128.or(f32x4.notEqual(get(x), get(x)), f32x4.notEqual(get(y), get(y)))
      )
    ),
    v128.bitSelect(
      one,
      get(result),
      v128.or(
        v128.or(f32x4.equal(get(x), one), f32x4.equal(get(y), zero)),
        v128.and(f32x4.equal(get(magnitude), one), f32x4.equal(f32x4.abs(get(y)), infinite))
      )
    )
  )
}
