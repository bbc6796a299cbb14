import { type AnyExpr, op } from "@residual/core"
import { type Draw, goesWith, isBool, isFloat, isInteger, isNumeric, type Step, withPair, withValue } from "./step.ts"

/** Numbers that identities are about, and some that they must not break. */
const numbers = [0, -0, 1, -1, 2, 0.5, 3, -2.5, 1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const integers = [0, 1, -1, 2, 7, 31, -(2 ** 31), 2 ** 31 - 1]

const numberFor = ({ type }: AnyExpr, draw: Draw): number => {
  if (isFloatType(type.dtype)) return draw.of(numbers)
  const whole = draw.of(integers)
  return type.dtype === "u32" ? whole >>> 0 : whole
}

const isFloatType = (dtype: string): boolean => dtype === "f32" || dtype === "f64"

const unary = (f: (x: AnyExpr) => AnyExpr, test = isFloat): Step => withValue(test, (x) => f(x))

type Binary = (a: AnyExpr, b: AnyExpr | number) => AnyExpr

/** Of two values, or of one and a number, on either side. */
const binary = (f: Binary, test = isNumeric): ReadonlyArray<Step> => [
  withPair(test, (a, b) => f(a, b)),
  withValue(test, (a, draw) => f(a, numberFor(a, draw))),
  withValue(test, (a, draw) => f(op.fill(numberFor(a, draw), a.type), a))
]

/** Steps that compute element by element. */
export const elementwiseSteps: ReadonlyArray<Step> = [
  ...[op.exp, op.expm1, op.log, op.log1p, op.sqrt, op.sin, op.cos, op.atan, op.tanh, op.erf].map((f) => unary(f)),
  ...[op.floor, op.round, op.relu, op.abs, op.sigmoid].map((f) => unary(f)),
  unary((x) => op.gelu(x)),
  unary(op.neg, isNumeric),
  unary(op.square, isNumeric),
  unary(op.barrier, () => true),
  withValue(
    () => true,
    (x, draw) => op.barrier(x, { after: [draw.value(() => true) ?? x] })
  ),
  unary(op.stopGradient, () => true),
  unary(op.not, (x) => isBool(x) || isInteger(x)),
  ...[op.add, op.mul, op.div, op.mod, op.maximum, op.sub, op.minimum].flatMap((f) => binary(f)),
  ...binary(op.pow, isFloat),
  ...[op.less, op.equal, op.greater, op.notEqual].flatMap((f) => binary(f)),
  ...[op.and, op.or, op.xor].flatMap((f) => [
    withPair(
      (x) => isBool(x) || isInteger(x),
      (a, b) => f(a, b)
    ),
    withValue(isBool, (a, draw) => f(a, draw.below(2))),
    withValue(isInteger, (a, draw) => f(a, a.type.dtype === "u32" ? draw.of([0, 2 ** 32 - 1]) : draw.of([0, -1, 6])))
  ]),
  ...[op.shiftLeft, op.shiftRight].map((f) => withValue(isInteger, (a, draw) => f(a, draw.below(34)))),
  withValue(
    () => true,
    (x, draw) => op.cast(x, draw.dtype())
  ),
  withPair(
    () => true,
    (a, b, draw) => {
      const condition = draw.value((value) => isBool(value) && goesWith(op.equal(a, b))(value))
      return condition === undefined ? undefined : op.where(condition, a, b)
    }
  ),
  withValue(isFloat, (x, draw) => op.where(op.less(x, draw.of([0, 1])), x, draw.of(numbers)))
]
