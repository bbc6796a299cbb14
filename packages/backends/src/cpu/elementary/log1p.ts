import { get, sequence, set } from "../wasm/code.ts"
import { when } from "../wasm/control.ts"
import { f32x4, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { exponentOf, isSpecial, logarithm } from "./logarithm.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

/**
 * ln(1 + x) = k · ln 2 + ln(1 + f) for 1 + x = 2ᵏ · (1 + f): f is x · 2⁻ᵏ + (2⁻ᵏ - 1), whose rounding error comes in by the
 * derivative 1 / (1 + f) ≈ 1 - f. Operands up to -1, ∞ and NaN are seen to under a branch.
 */
export const log1p: ElementaryFunction = (x, local, math) => {
  const { float, integer } = constantsOf(math)
  const sum = local("v128")
  const scaled = local("v128")
  const reduced = local("v128")
  const offset = local("v128")
  const f = local("v128")
  const part = local("v128")
  const result = local("v128")
  return sequence(
    set(sum, f32x4.add(get(x), float(1))),
    exponentOf(get(sum), scaled, math),
    // Exponents do not fall below 0: k is 0 for subnormal operands, and for small ones.
    set(reduced, i32x4.sub(get(x), get(scaled))),
    // 2⁻ᵏ - 1, 0 instead of 2⁻¹²⁸.
    set(offset, f32x4.sub(i32x4.maxSigned(i32x4.sub(float(1), get(scaled)), integer(0)), float(1))),
    set(f, f32x4.add(get(reduced), get(offset))),
    // The rounding error of a sum of any two floats: D. E. Knuth, "The Art of Computer Programming", volume 2, 4.2.2.
    set(part, f32x4.sub(get(f), get(reduced))),
    set(part, f32x4.add(f32x4.sub(get(reduced), f32x4.sub(get(f), get(part))), f32x4.sub(get(offset), get(part)))),
    set(scaled, f32x4.convertI32Signed(get(scaled))),
    set(result, logarithm(f, scaled, local, math, f32x4.sub(get(part), f32x4.mul(get(part), get(f))))),
    when(
      v128.anyTrue(isSpecial(get(sum), math)),
      sequence(
        // ∞ and NaN stay what they are; -1 becomes -∞; below it, all ones is a NaN.
        set(result, v128.bitSelect(get(result), get(x), f32x4.less(get(x), float(Infinity)))),
        set(result, v128.bitSelect(float(-Infinity), get(result), f32x4.equal(get(x), float(-1)))),
        set(result, v128.or(get(result), f32x4.less(get(x), float(-1))))
      )
    ),
    withSignOf(x, get(result))
  )
}
