import { type Code, get, sequence, set } from "../wasm/code.ts"
import { when } from "../wasm/control.ts"
import { f32x4, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { exponentOf, isSpecial, logarithm } from "./logarithm.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

const smallestNormal = 2 ** -126

/**
 * ln(x) = k · ln 2 + ln(m) for x = 2ᵏ · m. Zeros, subnormals, negatives, ∞ and NaN leave the path of ordinary operands by a
 * branch, which is taken where any of the four is one.
 */
export const log: ElementaryFunction = (x, local, math) => {
  const { float } = constantsOf(math)
  const operand = local("v128")
  const scaled = local("v128")
  const f = local("v128")
  const subnormal = local("v128")
  const split: Code = sequence(
    exponentOf(get(operand), scaled, math),
    set(f, f32x4.sub(i32x4.sub(get(operand), get(scaled)), float(1)))
  )
  return when(
    v128.anyTrue(isSpecial(get(x), math)),
    sequence(
      set(subnormal, f32x4.less(get(x), float(smallestNormal))),
      set(operand, v128.bitSelect(f32x4.mul(get(x), float(2 ** 23)), get(x), get(subnormal))),
      split,
      set(scaled, f32x4.sub(f32x4.convertI32Signed(get(scaled)), v128.and(get(subnormal), float(23 * 2 ** 23)))),
      set(operand, logarithm(f, scaled, local, math)),
      // ∞ and NaN stay what they are; 0 becomes -∞; below it, all ones is a NaN.
      set(operand, v128.bitSelect(get(operand), get(x), f32x4.less(get(x), float(Infinity)))),
      set(operand, v128.bitSelect(float(-Infinity), get(operand), f32x4.equal(get(x), float(0)))),
      v128.or(get(operand), f32x4.less(get(x), float(0)))
    ),
    sequence(
      set(operand, get(x)),
      split,
      set(scaled, f32x4.convertI32Signed(get(scaled))),
      logarithm(f, scaled, local, math)
    ),
    "v128"
  )
}
