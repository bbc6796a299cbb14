import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, v128 } from "../wasm/instructions.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// (atan(t) - t) / t³ in t² for 0 ≤ t ≤ 1: atan(t) is within 2^-28.5, relative.
const series = [
  -0.33333298563957214, 0.1999852955341339, -0.1426401436328888, 0.10950861126184464, -0.08399208635091782,
  0.05787891149520874, -0.031093616038560867, 0.010866343043744564, -0.0017821674700826406
]

/** atan(x) for |x| ≤ 1, and π/2 - atan(1 / |x|) beyond. */
export const atan: ElementaryFunction = (x, local, math) => {
  const magnitude = local("v128")
  const ratio = local("v128")
  const square = local("v128")
  const result = local("v128")
  const one = f32x4.constant(1)
  return sequence(
    set(magnitude, f32x4.abs(get(x))),
    set(ratio, f32x4.div(f32x4.pseudoMin(get(magnitude), one), f32x4.pseudoMax(get(magnitude), one))),
    set(square, f32x4.mul(get(ratio), get(ratio))),
    set(result, f32x4.mul(get(square), polynomial(square, series, math))),
    set(result, math.multiplyAdd(get(result), get(ratio), get(ratio))),
    withSignOf(
      x,
      v128.bitSelect(
        f32x4.sub(f32x4.constant(Math.PI / 2), get(result)),
        get(result),
        f32x4.greater(get(magnitude), one)
      )
    )
  )
}
