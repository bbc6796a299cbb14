import type { Field } from "fp-ts/lib/Field.js"

/**
 * The outcome of a comparison: 0 is false, 1 is true, and 2 is undecided, which only arithmetics whose values stand for
 * several numbers (intervals) return.
 *
 * ```ts
 * import { intervalArithmetic, type Truth } from "@residual/core"
 * const overlap: Truth = intervalArithmetic.less({ low: 0, high: 2, nan: false }, { low: 1, high: 3, nan: false })
 * overlap // => 2
 * ```
 */
export type Truth = 0 | 1 | 2

/**
 * Indexed storage that an interpreter fills: a `Float64Array` for numbers, a plain array for other scalars.
 *
 * ```ts
 * import { type MutableStorage, numberArithmetic } from "@residual/core"
 * const storage: MutableStorage<number> = numberArithmetic.allocate(3)
 * storage.length // => 3
 * ```
 */
export type MutableStorage<A> = { readonly length: number; [index: number]: A }

/**
 * The float arithmetic behind which the reference interpreter runs: the operations of fp-ts's `Field` and the
 * elementary functions, for one kind of scalar (numbers, dual numbers, intervals). Integers stay plain numbers.
 *
 * The laws of a field hold up to rounding. `mod` is floored, so that it is periodic, and is no Euclidean remainder.
 *
 * ```ts
 * import { type Arithmetic, dual, numberArithmetic } from "@residual/core"
 * const sigmoid = <A>(a: Arithmetic<A>, x: A): A => a.div(a.one, a.add(a.one, a.exp(a.neg(x))))
 * sigmoid(numberArithmetic, 0) // => 0.5
 * sigmoid(dual(numberArithmetic), { primal: 0, tangent: 1 }) // => { primal: 0.5, tangent: 0.25 }
 * ```
 */
export interface Arithmetic<A> extends Field<A> {
  /** The arithmetic's name, as reports print it. */
  readonly name: string
  /** The scalar that stands for exactly this number. */
  readonly fromNumber: (x: number) => A
  /** One number for the scalar: itself, the primal, the midpoint. */
  readonly toNumber: (a: A) => number
  /** Storage of `length` scalars, all zero. */
  readonly allocate: (length: number) => MutableStorage<A>

  readonly neg: (a: A) => A
  readonly exp: (a: A) => A
  /** exp(a) - 1, accurate near 0. */
  readonly expm1: (a: A) => A
  /** The natural logarithm: -∞ at 0, NaN below. */
  readonly log: (a: A) => A
  /** log(1 + a), accurate near 0. */
  readonly log1p: (a: A) => A
  readonly sqrt: (a: A) => A
  readonly sin: (a: A) => A
  readonly cos: (a: A) => A
  readonly atan: (a: A) => A
  readonly tanh: (a: A) => A
  readonly erf: (a: A) => A
  readonly floor: (a: A) => A
  /** The nearest integer, ties to the even one. */
  readonly round: (a: A) => A

  /** a to the power b as IEEE 754 has it: 1 where a is 1 or b is 0, whatever the other is. */
  readonly pow: (a: A, b: A) => A
  /** The floored remainder a - ⌊a/b⌋·b: its sign is the divisor's. */
  readonly mod: (a: A, b: A) => A
  /** The larger one; NaN spreads, and +0 is larger than -0. */
  readonly maximum: (a: A, b: A) => A

  /** a < b; false where either is NaN. */
  readonly less: (a: A, b: A) => Truth
  /** a = b; false where either is NaN. */
  readonly equal: (a: A, b: A) => Truth
  /** Whether a is NaN. */
  readonly isNaN: (a: A) => Truth
  /** A scalar that stands for both: what a choice yields whose condition is undecided. */
  readonly hull: (a: A, b: A) => A
  /** 1 for true, 0 for false, and both for undecided. */
  readonly fromTruth: (truth: Truth) => A

  /** The integer toward zero, NaN and infinities as they are; throws an `UndecidedError` where it is not one integer. */
  readonly toInteger: (a: A) => number
  /** Ascending order for sorting, NaN last, zeros equal; throws an `UndecidedError` where the order is not known. */
  readonly compareTotal: (a: A, b: A) => number
  /** Whether a is exactly zero to every order: adding it changes nothing, derivatives included. */
  readonly vanishes: (a: A) => boolean
  /** The scalar after storage in 32 bits. */
  readonly roundToFloat32: (a: A) => A
}
