import type { Arithmetic } from "./arithmetic.ts"

/**
 * A value and its derivative in one direction: primal + tangent·ε, with ε² = 0.
 *
 * ```ts
 * import type { Dual } from "@residual/core"
 * const variable: Dual<number> = { primal: 2, tangent: 1 }
 * variable.tangent // => 1
 * ```
 */
export interface Dual<A> {
  readonly primal: A
  readonly tangent: A
}

/**
 * Dual numbers over another arithmetic: forward-mode derivatives. Duals of duals give second derivatives, duals of
 * intervals bound first ones.
 *
 * A tangent that vanishes stays zero, even where the local derivative is infinite or NaN: what does not depend on the
 * variable has no derivative. Conventions: floor and round have tangent 0; tied operands of maximum share it equally;
 * pow has tangent 0 in its base where the exponent is 0, and in its exponent where the base is 0 and the power finite.
 *
 * ```ts
 * import { dual, numberArithmetic } from "@residual/core"
 * const first = dual(numberArithmetic)
 * const second = dual(first)
 * const x = { primal: { primal: 2, tangent: 1 }, tangent: first.one }
 * second.pow(x, second.fromNumber(3)).tangent.tangent // => 12
 * ```
 */
export const dual = <A>(base: Arithmetic<A>): Arithmetic<Dual<A>> => {
  const make = (primal: A, tangent: A): Dual<A> => ({ primal, tangent })
  const constant = (primal: A): Dual<A> => make(primal, base.zero)
  const scaled = (tangent: A, derivative: A): A => (base.vanishes(tangent) ? base.zero : base.mul(tangent, derivative))
  const divided = (tangent: A, divisor: A): A => (base.vanishes(tangent) ? base.zero : base.div(tangent, divisor))
  const square = (a: A): A => base.mul(a, a)
  const two = base.fromNumber(2)
  const half = base.fromNumber(0.5)
  const erfSlopeAtZero = base.fromNumber(2 / Math.sqrt(Math.PI))
  const zero = constant(base.zero)

  return {
    name: `dual(${base.name})`,
    zero,
    one: constant(base.one),
    degree: () => 1,
    fromNumber: (x) => constant(base.fromNumber(x)),
    toNumber: (a) => base.toNumber(a.primal),
    allocate: (length) => new Array<Dual<A>>(length).fill(zero),

    neg: (a) => make(base.neg(a.primal), base.neg(a.tangent)),
    exp: (a) => {
      const primal = base.exp(a.primal)
      return make(primal, scaled(a.tangent, primal))
    },
    expm1: (a) => make(base.expm1(a.primal), scaled(a.tangent, base.exp(a.primal))),
    log: (a) => make(base.log(a.primal), divided(a.tangent, a.primal)),
    log1p: (a) => make(base.log1p(a.primal), divided(a.tangent, base.add(base.one, a.primal))),
    sqrt: (a) => {
      const primal = base.sqrt(a.primal)
      return make(primal, divided(a.tangent, base.mul(two, primal)))
    },
    sin: (a) => make(base.sin(a.primal), scaled(a.tangent, base.cos(a.primal))),
    cos: (a) => make(base.cos(a.primal), scaled(a.tangent, base.neg(base.sin(a.primal)))),
    atan: (a) => make(base.atan(a.primal), divided(a.tangent, base.add(base.one, square(a.primal)))),
    tanh: (a) => {
      const primal = base.tanh(a.primal)
      return make(primal, scaled(a.tangent, base.sub(base.one, square(primal))))
    },
    erf: (a) =>
      make(base.erf(a.primal), scaled(a.tangent, base.mul(erfSlopeAtZero, base.exp(base.neg(square(a.primal)))))),
    floor: (a) => constant(base.floor(a.primal)),
    round: (a) => constant(base.round(a.primal)),

    add: (a, b) => make(base.add(a.primal, b.primal), base.add(a.tangent, b.tangent)),
    sub: (a, b) => make(base.sub(a.primal, b.primal), base.sub(a.tangent, b.tangent)),
    mul: (a, b) =>
      make(base.mul(a.primal, b.primal), base.add(scaled(a.tangent, b.primal), scaled(b.tangent, a.primal))),
    div: (a, b) => {
      const primal = base.div(a.primal, b.primal)
      return make(primal, base.sub(divided(a.tangent, b.primal), scaled(b.tangent, base.div(primal, b.primal))))
    },
    mod: (a, b) => {
      const primal = base.mod(a.primal, b.primal)
      // The remainder as computed decides which integer the quotient is: a/b itself may have rounded up to the next.
      const quotient = base.round(base.div(base.sub(a.primal, primal), b.primal))
      return make(primal, base.sub(a.tangent, scaled(b.tangent, quotient)))
    },
    pow: (a, b) => {
      const primal = base.pow(a.primal, b.primal)
      const byBase = base.vanishes(b.primal)
        ? base.zero
        : base.mul(b.primal, base.pow(a.primal, base.sub(b.primal, base.one)))
      const isPowerOfZero =
        base.equal(a.primal, base.zero) === 1 &&
        (base.less(base.zero, b.primal) === 1 || base.equal(b.primal, base.zero) === 1)
      const byExponent = isPowerOfZero ? base.zero : base.mul(primal, base.log(a.primal))
      return make(primal, base.add(scaled(a.tangent, byBase), scaled(b.tangent, byExponent)))
    },
    maximum: (a, b) => {
      const primal = base.maximum(a.primal, b.primal)
      if (base.isNaN(primal) === 1) return make(primal, primal)
      if (base.less(b.primal, a.primal) === 1) return a
      if (base.less(a.primal, b.primal) === 1) return b
      const isTie = base.equal(a.primal, b.primal) === 1
      return make(primal, isTie ? base.mul(half, base.add(a.tangent, b.tangent)) : base.hull(a.tangent, b.tangent))
    },

    less: (a, b) => base.less(a.primal, b.primal),
    equal: (a, b) => base.equal(a.primal, b.primal),
    isNaN: (a) => base.isNaN(a.primal),
    hull: (a, b) => make(base.hull(a.primal, b.primal), base.hull(a.tangent, b.tangent)),
    fromTruth: (truth) => constant(base.fromTruth(truth)),
    toInteger: (a) => base.toInteger(a.primal),
    compareTotal: (a, b) => base.compareTotal(a.primal, b.primal),
    vanishes: (a) => base.vanishes(a.primal) && base.vanishes(a.tangent),
    roundToFloat32: (a) => make(base.roundToFloat32(a.primal), base.roundToFloat32(a.tangent))
  }
}
