import type { Arithmetic } from "./arithmetic.ts"
import { assumedUlp } from "./assumedUlp.ts"
import { addDown, addUp, divDown, divUp, mulDown, mulUp, sqrtDown, sqrtUp } from "./directedRounding.ts"
import { erf } from "./erf.ts"
import type { Interval } from "./interval.ts"
import { contains, hull, isOnlyNaN, isPoint, make, midpoint, onlyNaN, point, print } from "./interval.ts"
import { modulus } from "./intervalModulus.ts"
import { intervalPower } from "./intervalPower.ts"
import { cosine, sine } from "./intervalTrigonometry.ts"
import { float32Above, float32Below, stepsDown, stepsUp } from "./nextFloat.ts"
import { roundHalfEven } from "./roundHalfEven.ts"
import { UndecidedError } from "./undecidedError.ts"

interface Increasing {
  readonly f: (x: number) => number
  /** The assumed error, in ulp. */
  readonly ulp: number
  /** A point (x, f(x)) at which the function is exact, and which bounds therefore do not cross. */
  readonly through: readonly [number, number]
  /** The values that the function takes. */
  readonly range: readonly [number, number]
  /** Where the function begins: NaN below. */
  readonly from: number
}

const increasing =
  ({ f, ulp, through: [x0, y0], range: [least, most], from }: Increasing) =>
  (x: Interval): Interval => {
    if (x.high < from || isOnlyNaN(x)) return onlyNaN
    const first = Math.max(from, x.low)
    const isExact = (end: number) => end === x0 || end === from || Math.abs(end) === Infinity
    const low = isExact(first) ? f(first) : stepsDown(f(first), 2 * ulp)
    const high = isExact(x.high) ? f(x.high) : stepsUp(f(x.high), 2 * ulp)
    return make(
      Math.max(first >= x0 ? y0 : least, low),
      Math.min(x.high <= x0 ? y0 : most, high),
      x.nan || x.low < from
    )
  }

// Floors and roundings are exact, and so are the bounds.
const stepwise =
  (f: (x: number) => number) =>
  (x: Interval): Interval =>
    isOnlyNaN(x) ? onlyNaN : make(f(x.low), f(x.high), x.nan)

const everything: readonly [number, number] = [-Infinity, Infinity]
const origin: readonly [number, number] = [0, 0]

const meetsInfinity = (a: Interval): boolean => a.low === -Infinity || a.high === Infinity

const add = (a: Interval, b: Interval): Interval => {
  const hasOpposites = (a.low === -Infinity && b.high === Infinity) || (a.high === Infinity && b.low === -Infinity)
  const low = addDown(a.low, b.low)
  const high = addUp(a.high, b.high)
  const isPointPair = a.low === a.high && b.low === b.high
  if (isOnlyNaN(a) || isOnlyNaN(b) || (isPointPair && Number.isNaN(low))) return onlyNaN
  return make(Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high, a.nan || b.nan || hasOpposites)
}

const neg = (a: Interval): Interval => make(-a.high, -a.low, a.nan)

const mul = (a: Interval, b: Interval): Interval => {
  const isZeroTimesInfinity = (x: Interval, y: Interval) => contains(x, 0) && meetsInfinity(y)
  const isPointPair = a.low === a.high && b.low === b.high
  if (isOnlyNaN(a) || isOnlyNaN(b) || (isPointPair && Number.isNaN(a.low * b.low))) return onlyNaN
  return make(
    Math.min(mulDown(a.low, b.low), mulDown(a.low, b.high), mulDown(a.high, b.low), mulDown(a.high, b.high)),
    Math.max(mulUp(a.low, b.low), mulUp(a.low, b.high), mulUp(a.high, b.low), mulUp(a.high, b.high)),
    a.nan || b.nan || isZeroTimesInfinity(a, b) || isZeroTimesInfinity(b, a)
  )
}

const div = (a: Interval, b: Interval): Interval => {
  const isPointPair = a.low === a.high && b.low === b.high
  if (isOnlyNaN(a) || isOnlyNaN(b) || (isPointPair && Number.isNaN(a.low / b.low))) return onlyNaN
  const nan = a.nan || b.nan || (contains(a, 0) && contains(b, 0)) || (meetsInfinity(a) && meetsInfinity(b))
  if (contains(b, 0)) return make(-Infinity, Infinity, nan)
  // A corner ∞/∞ is NaN; beside it lie the quotients of finite dividends by ∞, which are 0, unless there is no such dividend.
  const beside = a.low === a.high ? [] : [0]
  const numbers = (values: ReadonlyArray<number>) => values.flatMap((value) => (Number.isNaN(value) ? beside : [value]))
  return make(
    Math.min(
      ...numbers([divDown(a.low, b.low), divDown(a.low, b.high), divDown(a.high, b.low), divDown(a.high, b.high)])
    ),
    Math.max(...numbers([divUp(a.low, b.low), divUp(a.low, b.high), divUp(a.high, b.low), divUp(a.high, b.high)])),
    nan
  )
}

const toInteger = (a: Interval): number => {
  if (isOnlyNaN(a)) return NaN
  const first = Math.trunc(a.low) + 0
  if (!a.nan && first === Math.trunc(a.high) + 0) return first
  throw new UndecidedError("toInteger", `${print(a)} holds several integers`)
}

const compareTotal = (a: Interval, b: Interval): number => {
  const isDecided = (x: Interval) => isOnlyNaN(x) || !x.nan
  if (isDecided(a) && isDecided(b)) {
    if (isOnlyNaN(a) || isOnlyNaN(b)) return Number(isOnlyNaN(a)) - Number(isOnlyNaN(b))
    if (a.high < b.low) return -1
    if (b.high < a.low) return 1
    if (isPoint(a) && isPoint(b)) return 0
  }
  throw new UndecidedError("compareTotal", `${print(a)} and ${print(b)} overlap`)
}

/**
 * Arithmetic on outward-rounded intervals: whatever numbers the operands hold, the result holds the exact result, and
 * that of any float64 implementation which errs by no more than `assumedUlp`. Sums, products, quotients and roots whose
 * result is exact stay points.
 *
 * What may be NaN says so (`nan`): the logarithm and root of an interval that reaches below 0, ∞ - ∞, 0/0. A quotient
 * by an interval that holds 0 is the whole line. Comparisons that hold for some numbers only are undecided.
 *
 * ```ts
 * import { intervalArithmetic, Intervals } from "@residual/core"
 * const tenth = intervalArithmetic.div(Intervals.point(1), Intervals.point(10))
 * Intervals.isPoint(tenth) // => false
 * Intervals.contains(tenth, 0.1) // => true
 * intervalArithmetic.add(Intervals.make(1, 2), Intervals.point(1)) // => { low: 2, high: 3, nan: false }
 * intervalArithmetic.sqrt(Intervals.make(-1, 4)) // => { low: 0, high: 2, nan: true }
 * ```
 */
export const intervalArithmetic: Arithmetic<Interval> = {
  name: "interval",
  zero: point(0),
  one: point(1),
  degree: () => 1,
  fromNumber: point,
  toNumber: midpoint,
  allocate: (length) => new Array<Interval>(length).fill(point(0)),

  neg,
  exp: increasing({ f: Math.exp, ulp: assumedUlp.exp, through: [0, 1], range: [0, Infinity], from: -Infinity }),
  expm1: increasing({ f: Math.expm1, ulp: assumedUlp.expm1, through: origin, range: [-1, Infinity], from: -Infinity }),
  log: increasing({ f: Math.log, ulp: assumedUlp.log, through: [1, 0], range: everything, from: 0 }),
  log1p: increasing({ f: Math.log1p, ulp: assumedUlp.log1p, through: origin, range: everything, from: -1 }),
  sqrt: (a) =>
    a.high < 0 || isOnlyNaN(a) ? onlyNaN : make(sqrtDown(Math.max(0, a.low)), sqrtUp(a.high), a.nan || a.low < 0),
  sin: sine,
  cos: cosine,
  atan: increasing({ f: Math.atan, ulp: assumedUlp.atan, through: origin, range: everything, from: -Infinity }),
  tanh: increasing({ f: Math.tanh, ulp: assumedUlp.tanh, through: origin, range: [-1, 1], from: -Infinity }),
  erf: increasing({ f: erf, ulp: assumedUlp.erf, through: origin, range: [-1, 1], from: -Infinity }),
  floor: stepwise(Math.floor),
  round: stepwise(roundHalfEven),

  add,
  sub: (a, b) => add(a, neg(b)),
  mul,
  div,
  mod: modulus,
  pow: intervalPower,
  maximum: (a, b) =>
    isOnlyNaN(a) || isOnlyNaN(b) ? onlyNaN : make(Math.max(a.low, b.low), Math.max(a.high, b.high), a.nan || b.nan),

  less: (a, b) => {
    if (isOnlyNaN(a) || isOnlyNaN(b) || a.low >= b.high) return 0
    return a.high < b.low && !a.nan && !b.nan ? 1 : 2
  },
  equal: (a, b) => {
    if (isOnlyNaN(a) || isOnlyNaN(b) || a.high < b.low || b.high < a.low) return 0
    return isPoint(a) && isPoint(b) ? 1 : 2
  },
  isNaN: (a) => {
    if (isOnlyNaN(a)) return 1
    return a.nan ? 2 : 0
  },
  hull,
  fromTruth: (truth) => (truth === 2 ? make(0, 1) : point(truth)),
  toInteger,
  compareTotal,
  vanishes: (a) => a.low === 0 && a.high === 0 && !a.nan,
  roundToFloat32: (a) => (isOnlyNaN(a) ? onlyNaN : make(float32Below(a.low), float32Above(a.high), a.nan))
}
