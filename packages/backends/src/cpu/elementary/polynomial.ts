import { type Code, get, type Local } from "../wasm/code.ts"
import { f64x2 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import type { VectorMath } from "./vectorMath.ts"

const horner = (x: Local, coefficients: ReadonlyArray<number>, math: VectorMath): Code =>
  coefficients
    .map(constantsOf(math).float)
    .reduceRight((sum, coefficient) => math.multiplyAdd(sum, get(x), coefficient))

/** A polynomial by Horner's rule; the coefficient of the highest power comes last. */
export const polynomial = horner

/**
 * A polynomial as even(x²) + x · odd(x²), by Horner's rule each: for one more product, which `square` holds, half as many
 * operations wait for each other.
 */
export const splitPolynomial = (x: Local, square: Local, coefficients: ReadonlyArray<number>, math: VectorMath): Code =>
  math.multiplyAdd(
    horner(
      square,
      coefficients.filter((_, at) => at % 2 === 1),
      math
    ),
    get(x),
    horner(
      square,
      coefficients.filter((_, at) => at % 2 === 0),
      math
    )
  )

/** A polynomial in floats of 64 bits by Horner's rule. */
export const polynomial64 = (x: Local, coefficients: ReadonlyArray<number>, math: VectorMath): Code =>
  coefficients
    .map(constantsOf(math).double)
    .reduceRight((sum, coefficient) => f64x2.add(f64x2.mul(sum, get(x)), coefficient))
