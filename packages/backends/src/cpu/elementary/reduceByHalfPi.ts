import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { call, when } from "../wasm/control.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, f64x2, shuffle32, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { largeAngle } from "./largeAngle.ts"
import type { VectorMath } from "./vectorMath.ts"

/** x = n · π/2 + rest - excess, with the integer n nearest to x / (π/2). */
export interface ReducedByHalfPi {
  /** Computes the locals. */
  readonly code: Code
  /** Rounded to nearest. */
  readonly rest: Local
  /** What the rounding added. */
  readonly excess: Local
  /** n in the low bits, of which two matter. */
  readonly count: Local
}

// To a double between -2⁵¹ and 2⁵¹ that is added to it, the unit in the last place is 1.
const shifter = 1.5 * 2 ** 52

// π/2 in two parts. The first has 33 bits: its product with an integer of 20 bits is exact.
const halfPiHigh = 1.5707963267341256
const halfPiLow = 6.077100506506192e-11

// Up to it n has no more than 20 bits.
const limit = 2 ** 20

interface Half {
  readonly code: Code
  readonly shifted: Local
  readonly rounded: Local
  readonly excess: Local
}

const joined = (low: Local, high: Local): Code => shuffle32(get(low), get(high), [0, 1, 4, 5])

/**
 * Cody and Waite's reduction in double precision, in which two parts of π/2 leave a rest that is accurate even next to a
 * multiple of π/2; `x` is not negative. Where one of the four is too large for it, `largeAngle` is called.
 */
export const reduceByHalfPi = (x: Local, local: MakeLocal, math: VectorMath): ReducedByHalfPi => {
  const { float, double } = constantsOf(math)
  const rest = local("v128")
  const excess = local("v128")
  const count = local("v128")
  const isLarge = local("v128")
  const large = local("v128")
  // A half of the four, as doubles.
  const half = (floats: Code): Half => {
    const exact = local("v128")
    const shifted = local("v128")
    const whole = local("v128")
    const rounded = local("v128")
    const code = sequence(
      set(exact, f64x2.promoteLowF32(floats)),
      set(shifted, f64x2.add(f64x2.mul(get(exact), double(2 / Math.PI)), double(shifter))),
      set(whole, f64x2.sub(get(shifted), double(shifter))),
      set(exact, f64x2.sub(get(exact), f64x2.mul(get(whole), double(halfPiHigh)))),
      set(exact, f64x2.sub(get(exact), f64x2.mul(get(whole), double(halfPiLow)))),
      set(rounded, f32x4.demoteF64Zero(get(exact))),
      set(exact, f32x4.demoteF64Zero(f64x2.sub(f64x2.promoteLowF32(get(rounded)), get(exact))))
    )
    return { code, shifted, rounded, excess: exact }
  }
  const low = half(get(x))
  const high = half(shuffle32(get(x), get(x), [2, 3, 2, 3]))
  const choose = (target: Local, value: Code): Code =>
    sequence(set(large, value), set(target, v128.bitSelect(get(large), get(target), get(isLarge))))
  return {
    code: sequence(
      low.code,
      high.code,
      set(rest, joined(low.rounded, high.rounded)),
      set(excess, joined(low.excess, high.excess)),
      set(count, shuffle32(get(low.shifted), get(high.shifted), [0, 2, 4, 6])),
      // So compared that a NaN is large.
      set(isLarge, v128.not(f32x4.less(get(x), float(limit)))),
      when(
        v128.anyTrue(get(isLarge)),
        // The call leaves three values on the stack, of which the last one is taken first.
        sequence(choose(count, call(largeAngle, get(x))), choose(excess, nothing), choose(rest, nothing))
      )
    ),
    rest,
    excess,
    count
  }
}
