import { ln2High, ln2Low } from "../../kernel/elementary/ln2.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import type { VectorMath } from "./vectorMath.ts"

/** x = n · ln 2 + rest, with the integer n nearest to x / ln 2. */
export interface ReducedByLn2 {
  /** Computes the locals. */
  readonly code: Code
  /** |rest| ≤ ln 2 / 2, up to the rounding of x / ln 2. */
  readonly rest: Local
  /** n + bias in the low bits; what is above the lowest 22 is to be shifted out. */
  readonly count: Local
}

/**
 * To a float between -2²² and 2²² that is added to it, the unit in the last place is 1: the sum is rounded to an integer,
 * which stands in its low bits.
 */
export const shifter = 1.5 * 2 ** 23

/**
 * The reduction of exponential functions: W. J. Cody and W. Waite, "Software Manual for the Elementary Functions" (1980),
 * chapter 6. `bias` is added to n in the integer.
 */
export const reduceByLn2 = (x: Local, bias: number, local: MakeLocal, math: VectorMath): ReducedByLn2 => {
  const { float } = constantsOf(math)
  const count = local("v128")
  const whole = local("v128")
  const rest = local("v128")
  const constant = float(shifter + bias)
  return {
    code: sequence(
      set(count, math.multiplyAdd(get(x), float(Math.LOG2E), constant)),
      set(whole, f32x4.sub(get(count), constant)),
      set(rest, math.multiplyAdd(get(whole), float(-ln2High), get(x))),
      set(rest, math.multiplyAdd(get(whole), float(-ln2Low), get(rest)))
    ),
    rest,
    count
  }
}
