import { get, sequence, set } from "../wasm/code.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import { polynomial } from "./polynomial.ts"
import { withSignOf } from "./sign.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

// Beyond it the result is 1.
const highest = 3.93

// erf(t) / t - 1 in t² for 0 ≤ t ≤ 1: erf(t) is within 2^-29.4, relative.
const near = [
  0.12837916612625122, -0.3761262595653534, 0.11283578723669052, -0.026853347197175026, 0.005187162198126316,
  -0.0007997853099368513, 0.00007806903886375949
]

// The fourth root of erfc(t) in t - 1 for 1 ≤ t ≤ 3.93: erfc(t) is within 2^-26.6, absolute.
const far = [
  0.629769504070282, -0.4154854118824005, 0.0043242075480520725, 0.0508100725710392, -0.0037291571497917175,
  -0.005491400137543678, 0.0013274304801598191, 0.00002213195875810925, -0.000025059836843865924
]

/**
 * A polynomial for |x| ≤ 1, and 1 - erfc(|x|) beyond. The fourth power of a polynomial takes erfc's Gaussian decay in far
 * fewer terms than a polynomial. Both are computed. The second takes no operand below 1, and so no value below erf(1); the
 * first leaves erf upwards: the lower one of the two is the result.
 */
export const erf: ElementaryFunction = (x, local, math) => {
  const { float } = constantsOf(math)
  const magnitude = local("v128")
  const square = local("v128")
  const beyond = local("v128")
  const root = local("v128")
  return sequence(
    set(magnitude, f32x4.abs(get(x))),
    set(square, f32x4.mul(get(magnitude), get(magnitude))),
    set(beyond, f32x4.pseudoMin(get(magnitude), float(highest))),
    set(beyond, f32x4.sub(f32x4.pseudoMax(get(beyond), float(1)), float(1))),
    set(root, polynomial(beyond, far, math)),
    set(root, f32x4.mul(get(root), get(root))),
    set(root, f32x4.sub(float(1), f32x4.mul(get(root), get(root)))),
    withSignOf(
      x,
      f32x4.pseudoMin(math.multiplyAdd(get(magnitude), polynomial(square, near, math), get(magnitude)), get(root)),
      math
    )
  )
}
