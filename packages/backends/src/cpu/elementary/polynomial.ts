import { type Code, get, type Local } from "../wasm/code.ts"
import { f64x2 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import type { VectorMath } from "./vectorMath.ts"

type MultiplyAdd = VectorMath["multiplyAdd"]

const combined = (
  terms: ReadonlyArray<Code>,
  x: Local,
  squares: ReadonlyArray<Local>,
  multiplyAdd: MultiplyAdd
): Code => {
  const [square, ...others] = squares
  if (square === undefined) return terms.reduceRight((sum, term) => multiplyAdd(sum, get(x), term))
  const pairs: Array<Code> = []
  for (let at = 0; at < terms.length; at += 2) {
    const [term, next] = [terms[at] as Code, terms[at + 1]]
    pairs.push(next === undefined ? term : multiplyAdd(next, get(x), term))
  }
  return combined(pairs, square, others, multiplyAdd)
}

/**
 * A polynomial, the coefficient of the highest power last, by Horner's rule. Where x², x⁴ … are given, terms are first
 * paired by x, pairs by x² and so on (G. Estrin, 1960): the operations wait less for each other, and the processor finds
 * more to do in what it looks ahead. Terms that overflow may then give ∞ - ∞, where Horner's rule gives ∞.
 */
export const polynomial = (
  x: Local,
  coefficients: ReadonlyArray<number>,
  math: VectorMath,
  squares: ReadonlyArray<Local> = []
): Code => combined(coefficients.map(constantsOf(math).float), x, squares, math.multiplyAdd)

/** A polynomial in floats of 64 bits, likewise; products and sums are rounded apart. */
export const polynomial64 = (
  x: Local,
  coefficients: ReadonlyArray<number>,
  math: VectorMath,
  squares: ReadonlyArray<Local>
): Code => combined(coefficients.map(constantsOf(math).double), x, squares, (a, b, c) => f64x2.add(f64x2.mul(a, b), c))
