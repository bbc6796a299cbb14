import { get, sequence, set } from "../wasm/code.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Beyond it the result is 1.
const highest = 3.93

// Where one form ends and the other begins: close to 1, and √erfc is a float there up to 2^-36.
const middle = 1.000180721282959

// erf(t) / t - 1 in t² for 0 ≤ t ≤ 1: erf(t) is within 2^-29.4, relative.
const near = [
  0.12837916612625122, -0.3761262595653534, 0.11283578723669052, -0.026853347197175026, 0.005187162198126316,
  -0.0007997853099368513, 0.00007806903886375949
]

// √erfc and twice its root there.
const root = 0.3965150713920593
const slope = 1.25938880443573

// y / t with √erfc = root + y · (y + slope), in t = |x| - middle up to 3.93 - middle: erfc is within 2^-26.8, absolute.
const far = [
  -0.4154844582080841, 0.004358732607215643, 0.05077560245990753, -0.0036639864556491375, -0.005572154186666012,
  0.0013793669641017914, 0.000005522605079022469, -0.000022974079911364242
]

/**
 * A polynomial for |x| up to 1, and 1 - erfc(|x|) beyond. The fourth power of a polynomial takes erfc's Gaussian decay in
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
