import type { AnyExpr } from "../expr.ts"
import { add, div, mul, neg } from "./arithmetic.ts"
import { equal, less } from "./compare.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import { exp, log, sqrt } from "./exponential.ts"
import { fill } from "./leaf.ts"
import type { Unary } from "./operand.ts"
import { abs, sign, sub } from "./sign.ts"
import { where } from "./where.ts"

/** Numerator and denominator of a rational function, from the constant term on. */
interface Rational {
  readonly numerator: ReadonlyArray<number>
  readonly denominator: ReadonlyArray<number>
}

// M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988),
// PPND16: about 16 digits of the normal quantile. The middle is in 0.425² - q², q being half the argument; the tails
// are in √(-log((1 - |x|) / 2)), less 1.6 and less 5.
const middle: Rational = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227
  ],
  denominator: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546
  ]
}

const tail: Rational = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414
  ],
  denominator: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9
  ]
}

const farTail: Rational = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7
  ],
  denominator: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15
  ]
}

const polynomial = (coefficients: ReadonlyArray<number>, x: AnyExpr): AnyExpr =>
  coefficients
    .slice(0, -1)
    .reduceRight<AnyExpr>(
      (sum, coefficient) => add(mul(sum, x), coefficient),
      fill(coefficients.at(-1) as number, x.type)
    )

const rational = ({ numerator, denominator }: Rational, x: AnyExpr): AnyExpr =>
  div(polynomial(numerator, x), polynomial(denominator, x))

/**
 * The inverse of `erf`: infinite at ±1, NaN outside [-1, 1]. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other
 * types than floats.
 *
 * It is the normal quantile by Wichura's AS 241, which is good to about 16 digits as far as the tails go, where a
 * refinement by `erf` would cancel.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.erfinv(input("x", [2])).type.shape // => [2]
 * ```
 */
export const erfinv: Unary = unaryComposite("erfinv", {
  rule: "r · √π/2 · exp(y²)",
  body: (x) => {
    const half = mul(x, 0.5)
    const inMiddle = mul(half, rational(middle, sub(fill(0.180625, x.type), mul(half, half))))
    const magnitude = abs(x)
    const away = sqrt(neg(log(mul(sub(fill(1, x.type), magnitude), 0.5))))
    const near = rational(tail, add(away, -1.6))
    const far = where(equal(magnitude, 1), Number.POSITIVE_INFINITY, rational(farTail, add(away, -5)))
    const inTail = mul(sign(x), where(less(fill(5, x.type), away), far, near))
    return mul(where(less(fill(0.85, x.type), magnitude), inTail, inMiddle), Math.SQRT1_2)
  },
  backward: (r, _, y) => mul(r, mul(exp(mul(y, y)), Math.sqrt(Math.PI) / 2))
})
