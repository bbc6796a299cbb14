import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { call, when } from "../wasm/control.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, f64x2, shuffle32, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { largeAngle } from "./largeAngle.ts"
import type { VectorMath } from "./vectorMath.ts"

/** x = n · π/2 + rest, with the integer n nearest to x / (π/2). */
export interface ReducedByHalfPi {
  /** Computes the locals. */
  readonly code: Code
  /** Rounded once. */
  readonly rest: Local
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

/**
 * Cody and Waite's reduction in double precision, in which two parts of π/2 leave a rest that is accurate even next to a
 * multiple of π/2; `x` is not negative. Where one of the four is too large for it, `largeAngle` is called.
 */
export const reduceByHalfPi = (x: Local, local: MakeLocal, math: VectorMath): ReducedByHalfPi => {
  const { float, double } = constantsOf(math)
  const rest = local("v128")
  const count = local("v128")
  const isLarge = local("v128")
  const large = local("v128")
  const halves = (
    [
      [0, 1, 0, 1],
      [2, 3, 2, 3]
    ] as const
  ).map((lanes, at) => {
    const operand = local("v128")
    const shifted = local("v128")
    const whole = local("v128")
    return {
      shifted,
      operand,
      code: sequence(
        set(operand, f64x2.promoteLowF32(at === 0 ? get(x) : shuffle32(get(x), get(x), lanes))),
        set(shifted, f64x2.add(f64x2.mul(get(operand), double(2 / Math.PI)), double(shifter))),
        set(whole, f64x2.sub(get(shifted), double(shifter))),
        set(operand, f64x2.sub(get(operand), f64x2.mul(get(whole), double(halfPiHigh)))),
        set(operand, f64x2.sub(get(operand), f64x2.mul(get(whole), double(halfPiLow))))
      )
    }
  })
  const [low, high] = halves as [(typeof halves)[0], (typeof halves)[0]]
  return {
    code: sequence(
      low.code,
      high.code,
      set(rest, shuffle32(f32x4.demoteF64Zero(get(low.operand)), f32x4.demoteF64Zero(get(high.operand)), [0, 1, 4, 5])),
      set(count, shuffle32(get(low.shifted), get(high.shifted), [0, 2, 4, 6])),
      // So compared that a NaN is large.
      set(isLarge, v128.not(f32x4.less(get(x), float(limit)))),
      when(
        v128.anyTrue(get(isLarge)),
        sequence(
          set(large, call(largeAngle, get(x))),
          set(count, v128.bitSelect(get(large), get(count), get(isLarge))),
          set(large, nothing),
          set(rest, v128.bitSelect(get(large), get(rest), get(isLarge)))
        )
      )
    ),
    rest,
    count
  }
}
