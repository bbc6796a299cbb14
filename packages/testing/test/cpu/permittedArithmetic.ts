import { measuredErrors } from "@residual/backends/cpu"
import { type Arithmetic, type Interval, Intervals, intervalArithmetic, numberArithmetic } from "@residual/core"
import { anything, either, fixed, type Permitted, within } from "./permitted.ts"

/*
 * Runs of the reference interpreter over this arithmetic, in its `rounded` mode, give what a backend may compute that keeps
 * to these rules, and nothing else:
 *
 * - what IEEE 754 rounds correctly (sum, difference, product, quotient, root, remainder of two numbers) is rounded so, and
 *   a choice or a move changes nothing;
 * - the terms of a sum may be added in any order, and a product may be added to it before it is rounded: |error| is at
 *   most (terms + 1) · ε/2 · Σ|term|; a sum whose terms are multiples of one unit and that has room for all of them is
 *   exact in every order, and so it must be;
 * - an elementary function in 32 bits errs by what was measured, `measuredErrors`, and one in 64 bits is the reference's.
 *
 * By induction over the nodes of a graph a backend's value lies within what is permitted, since intervals hold the results
 * of whatever their operands hold. Where a comparison is undecided both branches are permitted.
 */

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

const roundToFloat32 = (a: Permitted): Permitted => {
  const { value, slack, terms, mass, unit } = a
  if (terms > 2 && mass > 2 ** 24 * unit) {
    // Some order may overflow on the way.
    return mass >= largest * (1 - 2 ** -20) ? anything : within(rounded(widened(a, (terms + 1) * half32 * mass)))
  }
  const isSpecial = value === 0 || (value !== undefined && !Number.isFinite(value))
  if (slack === 0 || isSpecial) return value === undefined ? within(rounded(a)) : fixed(Math.fround(value))
  return within(rounded(Intervals.make(a.low - slack * spacing(a.low), a.high + slack * spacing(a.high), a.nan)))
}

const rounded = (a: Interval): Interval =>
  Intervals.isOnlyNaN(a) ? Intervals.onlyNaN : Intervals.make(Math.fround(a.low), Math.fround(a.high), a.nan)

const elementary = (["exp", "expm1", "log", "log1p", "sin", "cos", "atan", "tanh", "erf"] as const).map(
  (name) => [name, one(numbers[name], intervalArithmetic[name], measuredErrors[name].ulpWithout)] as const
)

type Elementary = Pick<
  Arithmetic<Permitted>,
  "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "atan" | "tanh" | "erf"
>

/** What a backend may compute, as an arithmetic. */
export const permittedArithmetic: Arithmetic<Permitted> = {
  ...(Object.fromEntries(elementary) as unknown as Elementary),
  name: "permitted",
  zero: fixed(0),
  one: fixed(1),
  degree: () => 1,
  fromNumber: (x) => fixed(x),
  toNumber: ({ value, ...interval }) => value ?? Intervals.midpoint(interval),
  allocate: (length) => new Array<Permitted>(length).fill(fixed(0)),
  neg: negated,
  sqrt: one(numbers.sqrt, intervalArithmetic.sqrt),
  floor: one(numbers.floor, intervalArithmetic.floor),
  round: one(numbers.round, intervalArithmetic.round),
  add,
  sub: (a, b) => add(a, negated(b)),
  mul: multiply,
  div: two(numbers.div, intervalArithmetic.div),
  mod: two(numbers.mod, intervalArithmetic.mod),
  pow: two(numbers.pow, intervalArithmetic.pow, measuredErrors.pow.ulpWithout),
  maximum: two(numbers.maximum, intervalArithmetic.maximum),
  less: intervalArithmetic.less,
  equal: intervalArithmetic.equal,
  isNaN: intervalArithmetic.isNaN,
  hull: either,
  fromTruth: (truth) => (truth === 2 ? within(Intervals.make(0, 1)) : fixed(truth)),
  toInteger: intervalArithmetic.toInteger,
  compareTotal: intervalArithmetic.compareTotal,
  vanishes: ({ value }) => value === 0,
  roundToFloat32
}
