import { flooredModulus, numberArithmetic, power } from "@residual/core"
import { errorOf, references } from "../../cpu/elementary/references.ts"

/** A function in double precision. */
export type Exact = (...operands: ReadonlyArray<number>) => number

/** What functions of the library compute of one float. */
export const ofOne: Readonly<Record<string, (x: number) => number>> = {
  ...references,
  sqrt: Math.sqrt,
  floor: Math.floor,
  round: numberArithmetic.round
}

/** What they compute of two. */
export const ofTwo: Readonly<Record<string, (x: number, y: number) => number>> = {
  pow: power,
  mod: flooredModulus,
  maximum: Math.max
}

const smallestNormal = 2 ** -126

/** Whether devices may take a float for a zero. */
export const isSubnormal = (x: number): boolean => x !== 0 && Math.abs(x) < smallestNormal

const flushed = (x: number): number => (isSubnormal(x) ? (x < 0 ? -0 : 0) : x)

/**
 * How far a result is from the exact one, in units of the last place. Devices may take subnormal operands for zeros of
 * their sign, and give such zeros for subnormal results.
 */
export const deviceError = (computed: number, exact: Exact, operands: ReadonlyArray<number>): number => {
  const wanted = exact(...operands)
  const error = errorOf(computed, wanted)
  if (error <= 0.5) return error
  const rounded = Math.fround(wanted)
  if (isSubnormal(rounded) && Object.is(computed, flushed(rounded))) return 0
  if (!operands.some(isSubnormal)) return error
  return Math.min(error, errorOf(computed, exact(...operands.map(flushed))))
}
