import { arctangentSeries } from "../../kernel/elementary/arctangent.ts"
import { halfPiHigh, halfPiLow } from "../../kernel/elementary/halfPi.ts"
import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

/** atan(x) for |x| ≤ 1, and π/2 + atan(-1 / |x|) beyond, π/2 in two parts. */
export const atan: ElementaryFunction = (x, local, math) => {
  const { float, integer } = constantsOf(math)
  const magnitude = local("v128")
  const isBeyond = local("v128")
  const ratio = local("v128")
  const square = local("v128")
  const cubic = local("v128")
  const one = float(1)
  return sequence(
    set(magnitude, f32x4.abs(get(x))),
    set(isBeyond, f32x4.greater(get(magnitude), one)),
    set(ratio, f32x4.div(f32x4.pseudoMin(get(magnitude), one), f32x4.pseudoMax(get(magnitude), one))),
    set(square, f32x4.mul(get(ratio), get(ratio))),
    set(ratio, v128.xor(get(ratio), v128.and(get(isBeyond), integer(0x8000_0000)))),
    set(cubic, f32x4.mul(get(square), polynomial(square, arctangentSeries, math))),
    set(cubic, math.multiplyAdd(get(cubic), get(ratio), v128.and(get(isBeyond), float(halfPiLow)))),
    withSignOf(x, f32x4.add(v128.and(get(isBeyond), float(halfPiHigh)), f32x4.add(get(ratio), get(cubic))))
  )
}
