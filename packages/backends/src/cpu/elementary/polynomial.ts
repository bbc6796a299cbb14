import { type Code, get, type Local } from "../wasm/code.ts"
import { f32x4, f64x2 } from "../wasm/instructions.ts"
import type { VectorMath } from "./vectorMath.ts"

/** A polynomial by Horner's rule; the coefficient of the highest power comes last. */
export const polynomial = (x: Local, coefficients: ReadonlyArray<number>, math: VectorMath): Code =>
  coefficients.map(f32x4.constant).reduceRight((sum, coefficient) => math.multiplyAdd(sum, get(x), coefficient))

/** Likewise, on floats of 64 bits. */
export const polynomial64 = (x: Local, coefficients: ReadonlyArray<number>): Code =>
  coefficients.map(f64x2.constant).reduceRight((sum, coefficient) => f64x2.add(f64x2.mul(sum, get(x)), coefficient))
