import { get, sequence, set } from "../wasm/code.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Beyond it the result is 1.
const highest = 3.93

// Where one form ends and the other begins: √erfc is a float there up to 2^-36.
const middle = 0.9801428318023682

// erf(t) / t - 1 in t² for t up to there: erf(t) is within 2^-29.9, relative.
const near = [
  0.12837916612625122, -0.3761262893676758, 0.11283624917268753, -0.026855677366256714, 0.005192279350012541,
  -0.0008048674208112061, 0.00007993927283678204
]

// √erfc and twice its root there.
const root = 0.4070710241794586
const slope = 1.2760423421859741

// y / t with √erfc = root + y · (y + slope), in t = |x| - middle up to 3.93 - middle: erfc is within 2^-26.6, absolute.
const far = [
  -0.4155971109867096, 0.0012908442877233028, 0.05107651278376579, -0.0031595625914633274, -0.00566784106194973,
  0.001335232867859304, 0.00002271080666105263, -0.000024651928470120765
]

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
    set(beyond, f32x4.pseudoMin(get(magnitude), float(highest))),
    set(beyond, f32x4.sub(f32x4.pseudoMax(get(beyond), float(middle)), float(middle))),
    set(square, f32x4.mul(get(beyond), get(beyond))),
    set(fourth, f32x4.mul(get(square), get(square))),
    set(beyond, f32x4.mul(get(beyond), polynomial(beyond, far, math, [square, fourth]))),
    set(complement, math.multiplyAdd(get(beyond), f32x4.add(get(beyond), float(slope)), float(root))),
    set(complement, f32x4.mul(get(complement), get(complement))),
    set(square, f32x4.mul(get(magnitude), get(magnitude))),
    set(close, math.multiplyAdd(get(magnitude), polynomial(square, near, math), get(magnitude))),
    withSignOf(x, f32x4.pseudoMin(get(close), f32x4.sub(float(1), get(complement))))
  )
}
