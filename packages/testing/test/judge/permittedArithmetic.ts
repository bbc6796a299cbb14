import { type Arithmetic, type Interval, Intervals, intervalArithmetic, numberArithmetic } from "@residual/core"
import { anything, either, fixed, type Permitted, within } from "./permitted.ts"

/*
 * Runs of the reference interpreter over this arithmetic, in its `rounded` mode, give what a backend may compute that keeps
 * to these rules, and nothing else:
 *
 * - a sum, difference, product or remainder of two numbers is rounded as IEEE 754 says, and a choice or a move changes
 *   nothing;
 * - the terms of a sum may be added in any order, and a product may be added to it before it is rounded: |error| is at
 *   most (terms + 1) · ε/2 · Σ|term|; a sum whose terms are multiples of one unit and that has room for all of them is
 *   exact in every order, and so it must be;
 * - a quotient, a root and an elementary function in 32 bits err by what the backend's rules say, and those in 64 bits are
 *   the reference's;
 * - where the backend takes subnormal floats for zeros, they may be either; where it takes one zero for the other, a
 *   quotient by it may have either sign;
 * - where compilers may rewrite sums, products and quotients to others that real numbers make no difference between, each
 *   that is not exact may err by a unit more; one that overflows may be any number beyond; and where one is NaN, all may
 *   have been left out that made it so.
 *
 * By induction over the nodes of a graph a backend's value lies within what is permitted, since intervals hold the results
 * of whatever their operands hold. Where a comparison is undecided both branches are permitted.
 */

/** The functions in which backends err. */
export type InexactFunction = ElementaryFunction | "pow" | "div" | "sqrt"

type ElementaryFunction = "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "atan" | "tanh" | "erf"

const elementaryFunctions = ["exp", "expm1", "log", "log1p", "sin", "cos", "atan", "tanh", "erf"] as const

/** What a backend says of its floats of 32 bits. */
export interface Rules {
  /** By how many units in the last place each function may err; 0 where it is rounded correctly. */
  readonly errors: Readonly<Record<InexactFunction, number>>
  /** Whether subnormal floats may be taken for zeros. */
  readonly flushesSubnormals: boolean
  /** Whether zeros keep their sign. */
  readonly signsZeros: boolean
  /** Whether compilers may compute sums, products and quotients in any form that is the same for real numbers. */
  readonly rewrites: boolean
}

const largest = (2 - 2 ** -23) * 2 ** 127

/** Half of a unit in the last place of 1, and what errors of the second order add to it. */
const half32 = 2 ** -24 * 1.01
const half64 = 2 ** -53 * 1.01

type Two = (a: Permitted, b: Permitted) => Permitted

const { add: addNumbers, ...numbers } = numberArithmetic

const one =
  (number: (a: number) => number, interval: (a: Interval) => Interval, slack = 0) =>
  (a: Permitted): Permitted =>
    a.value === undefined ? within(interval(a), slack) : fixed(number(a.value), slack)

const two =
  (number: (a: number, b: number) => number, interval: (a: Interval, b: Interval) => Interval, slack = 0): Two =>
  (a, b) =>
    a.value === undefined || b.value === undefined
      ? within(interval(a, b), slack)
      : fixed(number(a.value, b.value), slack)

const widened = ({ low, high, nan }: Interval, by: number): Interval =>
  Intervals.isOnlyNaN({ low, high, nan }) ? Intervals.onlyNaN : Intervals.make(low - by, high + by, nan)

const add: Two = (a, b) => {
  const [terms, mass, unit] = [a.terms + b.terms, a.mass + b.mass, Math.min(a.unit, b.unit)]
  // Two numbers make one sum; of more, the order matters unless nothing is ever rounded.
  const isFixed = a.value !== undefined && b.value !== undefined && (terms <= 2 || mass <= 2 ** 53 * unit)
  if (isFixed) return { ...fixed(addNumbers(a.value as number, b.value as number)), terms, mass, unit }
  const sum = intervalArithmetic.add(a, b)
  const isAnyOrder = terms > 2 && mass > 2 ** 53 * unit
  return { ...within(isAnyOrder ? widened(sum, (terms + 1) * half64 * mass) : sum), terms, mass, unit }
}

const negated = (a: Permitted): Permitted => ({ ...one(numbers.neg, intervalArithmetic.neg)(a), ...pick(a) })

const pick = ({ slack, terms, mass, unit }: Permitted) => ({ slack, terms, mass, unit })

const multiply: Two = (a, b) => {
  const product = two(numbers.mul, intervalArithmetic.mul)(a, b)
  const isExact = product.value !== undefined && a.unit * b.unit > 0
  return { ...product, unit: isExact ? a.unit * b.unit : 0 }
}

/** The distance of floats of 32 bits about a number. */
const spacing = (x: number): number =>
  Number.isFinite(x) ? 2 ** Math.max(-149, Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126))) - 23) : 0

/** The least float of 32 bits that is not subnormal. */
const leastNormal = 2 ** -126

const isSubnormal = (x: number): boolean => x !== 0 && Math.abs(x) < leastNormal

/** The same, and zero where some of it is taken for that. */
const flushed = (a: Permitted): Permitted => {
  const isTaken = a.value === undefined ? a.low < leastNormal && a.high > -leastNormal : isSubnormal(a.value)
  return isTaken ? within(Intervals.hull(a, Intervals.point(0)), a.slack) : a
}

const rounding =
  (flushesSubnormals: boolean) =>
  (a: Permitted): Permitted => {
    const { value, slack, terms, mass, unit } = a
    // Sums of multiples of a normal float have no subnormal one on their way.
    const isInOrder = mass <= 2 ** 24 * unit && !(flushesSubnormals && unit < leastNormal)
    if (terms > 2 && !isInOrder) {
      // Some order may overflow on the way.
      if (mass >= largest * (1 - 2 ** -20)) return anything
      const lost = flushesSubnormals ? 2 * terms * leastNormal : 0
      return within(rounded(widened(a, (terms + 1) * half32 * mass + lost)))
    }
    const isSpecial = value === 0 || (value !== undefined && !Number.isFinite(value))
    if (slack > 0 && value !== undefined && Number.isFinite(value) && Math.abs(value) > largest) {
      return within(
        Intervals.make(Math.min(value, Math.sign(value) * Infinity), Math.max(value, Math.sign(value) * Infinity))
      )
    }
    const result =
      slack === 0 || isSpecial
        ? value === undefined
          ? within(rounded(a))
          : fixed(Math.fround(value))
        : within(rounded(Intervals.make(a.low - slack * spacing(a.low), a.high + slack * spacing(a.high), a.nan)))
    return flushesSubnormals ? flushed(result) : result
  }

const rounded = (a: Interval): Interval =>
  Intervals.isOnlyNaN(a) ? Intervals.onlyNaN : Intervals.make(Math.fround(a.low), Math.fround(a.high), a.nan)

type Elementary = Pick<Arithmetic<Permitted>, ElementaryFunction>

/** What a backend of these rules may compute, as an arithmetic. */
export const permittedArithmetic = ({
  errors,
  flushesSubnormals,
  signsZeros,
  rewrites
}: Rules): Arithmetic<Permitted> => {
  const elementary = elementaryFunctions.map(
    (name) => [name, one(numbers[name], intervalArithmetic[name], errors[name])] as const
  )
  /** A zero of either sign, as what is divided by it or raised to a power tells. */
  const unsigned = (a: Permitted): Permitted => (signsZeros || a.value !== 0 ? a : within(a, a.slack))
  /** What may have been computed in another form. */
  const rewritten = (result: Permitted): Permitted => {
    if (!rewrites) return result
    if (result.nan) return anything
    const isExact = result.value !== undefined && Math.fround(result.value) === result.value
    return isExact ? result : { ...result, slack: Math.max(1, result.slack) }
  }
  const sum: Two = (a, b) => rewritten(add(a, b))
  const quotient = two(numbers.div, intervalArithmetic.div, errors.div)
  const power = two(numbers.pow, intervalArithmetic.pow, errors.pow)
  return {
    ...(Object.fromEntries(elementary) as unknown as Elementary),
    name: "permitted",
    zero: fixed(0),
    one: fixed(1),
    degree: () => 1,
    fromNumber: (x) => (flushesSubnormals ? flushed(fixed(x)) : fixed(x)),
    toNumber: ({ value, ...interval }) => value ?? Intervals.midpoint(interval),
    allocate: (length) => new Array<Permitted>(length).fill(fixed(0)),
    neg: negated,
    sqrt: one(numbers.sqrt, intervalArithmetic.sqrt, errors.sqrt),
    floor: one(numbers.floor, intervalArithmetic.floor),
    round: one(numbers.round, intervalArithmetic.round),
    add: sum,
    sub: (a, b) => sum(a, negated(b)),
    mul: (a, b) => rewritten(multiply(a, b)),
    div: (a, b) => rewritten(quotient(a, unsigned(b))),
    mod: two(numbers.mod, intervalArithmetic.mod),
    pow: (a, b) => power(unsigned(a), b),
    maximum: two(numbers.maximum, intervalArithmetic.maximum),
    less: intervalArithmetic.less,
    equal: intervalArithmetic.equal,
    isNaN: intervalArithmetic.isNaN,
    hull: either,
    fromTruth: (truth) => (truth === 2 ? within(Intervals.make(0, 1)) : fixed(truth)),
    toInteger: intervalArithmetic.toInteger,
    compareTotal: intervalArithmetic.compareTotal,
    vanishes: ({ value }) => value === 0,
    roundToFloat32: rounding(flushesSubnormals)
  }
}
