import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// (atan(t) - t) / t³ in t² for 0 ≤ t ≤ 1: atan(t) is within 2^-28.5, relative.
const series = [
  -0.33333298563957214, 0.1999852955341339, -0.1426401436328888, 0.10950861126184464, -0.08399208635091782,
  0.05787891149520874, -0.031093616038560867, 0.010866343043744564, -0.0017821674700826406
]

const halfPiHigh = Math.fround(Math.PI / 2)
const halfPiLow = Math.PI / 2 - halfPiHigh

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
    set(cubic, f32x4.mul(get(square), polynomial(square, series, math))),
    set(cubic, math.multiplyAdd(get(cubic), get(ratio), v128.and(get(isBeyond), float(halfPiLow)))),
    withSignOf(x, f32x4.add(v128.and(get(isBeyond), float(halfPiHigh)), f32x4.add(get(ratio), get(cubic))))
  )
}
