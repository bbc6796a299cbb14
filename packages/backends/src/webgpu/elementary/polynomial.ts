import { float } from "./float.ts"

/** A polynomial in a variable as text, the coefficient of the highest power last, by Horner's rule. */
export const polynomial = (x: string, coefficients: ReadonlyArray<number>): string =>
  coefficients.map(float).reduceRight((sum, term) => `(${sum} * ${x} + ${term})`)
