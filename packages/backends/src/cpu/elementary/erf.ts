import {
  erfcSeries,
  erfMiddle,
  erfSaturates,
  erfSeries,
  rootOfErfc,
  slopeOfErfc
} from "../../kernel/elementary/errorFunction.ts"
import { get, sequence, set } from "../wasm/code.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

/**
 * A polynomial for |x| up to 0.98, and 1 - erfc(|x|) beyond. The fourth power of a polynomial takes erfc's Gaussian decay in
 * far fewer terms than a polynomial, and where that is steepest its first square is a known number plus a correction. Both
 * are computed. The second takes no operand below the limit, and so no value below that at the limit; the first leaves erf
 * upwards: the lower one of the two is the result.
 */
export const erf: ElementaryFunction = (x, local, math) => {
  const { float } = constantsOf(math)
  const magnitude = local("v128")
  const square = local("v128")
  const beyond = local("v128")
  const fourth = local("v128")
  const complement = local("v128")
  const close = local("v128")
  return sequence(
    set(magnitude, f32x4.abs(get(x))),
    set(beyond, f32x4.pseudoMin(get(magnitude), float(erfSaturates))),
    set(beyond, f32x4.sub(f32x4.pseudoMax(get(beyond), float(erfMiddle)), float(erfMiddle))),
    set(square, f32x4.mul(get(beyond), get(beyond))),
    set(fourth, f32x4.mul(get(square), get(square))),
    set(beyond, f32x4.mul(get(beyond), polynomial(beyond, erfcSeries, math, [square, fourth]))),
    set(complement, math.multiplyAdd(get(beyond), f32x4.add(get(beyond), float(slopeOfErfc)), float(rootOfErfc))),
    set(complement, f32x4.mul(get(complement), get(complement))),
    set(square, f32x4.mul(get(magnitude), get(magnitude))),
    set(close, math.multiplyAdd(get(magnitude), polynomial(square, erfSeries, math), get(magnitude))),
    withSignOf(x, f32x4.pseudoMin(get(close), f32x4.sub(float(1), get(complement))))
  )
}
