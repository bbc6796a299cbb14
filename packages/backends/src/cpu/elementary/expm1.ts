import { expm1Series } from "../../kernel/elementary/exponential.ts"
import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { reduceByLn2 } from "./reduceByLn2.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Beyond these the result is -1, and ∞.
const lowest = -18
const highest = 89

/**
 * eˣ - 1 = 2 · (2ⁿ⁻¹ · (eʳ - 1) + (2ⁿ⁻¹ - ½)), halved because 2ⁿ may be 2¹²⁸; where n is 0, eʳ - 1 itself, which may be
 * subnormal.
 */
export const expm1: ElementaryFunction = (x, local, math) => {
  const { float } = constantsOf(math)
  const clamped = local("v128")
  const less1 = local("v128")
  const power = local("v128")
  const square = local("v128")
  const { code, rest, count } = reduceByLn2(clamped, 126, local, math)
  const half = float(0.5)
  const doubled = local("v128")
  return sequence(
    set(clamped, f32x4.pseudoMin(get(x), float(highest))),
    set(clamped, f32x4.pseudoMax(get(clamped), float(lowest))),
    code,
    set(square, f32x4.mul(get(rest), get(rest))),
    set(less1, math.multiplyAdd(get(square), polynomial(rest, expm1Series, math), get(rest))),
    set(power, i32x4.shiftLeft(get(count), i32.constant(23))),
    set(doubled, math.multiplyAdd(get(power), get(less1), f32x4.sub(get(power), half))),
    withSignOf(x, v128.bitSelect(get(less1), f32x4.add(get(doubled), get(doubled)), f32x4.equal(get(power), half)))
  )
}
