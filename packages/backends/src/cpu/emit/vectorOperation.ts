import type { DType } from "@residual/core"
import { constantsOf } from "../elementary/constants.ts"
import { type ElementaryName, elementaryFunctions, pow, type VectorMath } from "../elementary/index.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts"

/** What operations on four numbers of 32 bits are composed with. */
export interface VectorContext {
  readonly local: MakeLocal
  readonly math: VectorMath
}

/**
 * An application of an elementwise primitive to vectors. The count of a shift is one number for all lanes.
 */
export interface VectorCall {
  readonly operands: ReadonlyArray<Code>
  readonly from: DType.DType
  readonly to: DType.DType
  readonly context: VectorContext
}

type Operation = (call: VectorCall) => Code
type One = (a: Code) => Code
type Two = (a: Code, b: Code) => Code

/** The same number in all lanes; a bool is a mask of ones or zeros. */
export const vectorConstant = (dtype: DType.DType, value: number, math: VectorMath): Code => {
  const { float, integer } = constantsOf(math)
  return dtype === "f32" ? float(value) : integer(dtype === "bool" ? -Number(value !== 0) : value)
}

/** One number in all lanes. */
export const splat = (dtype: DType.DType, value: Code): Code => {
  if (dtype === "f32") return f32x4.splat(value)
  return i32x4.splat(dtype === "bool" ? i32.sub(i32.constant(0), value) : value)
}

const onFloats =
  (f: One): Operation =>
  ({ operands }) =>
    f(operands[0] as Code)

const onNumbers =
  (floats: Two, integers: Two): Operation =>
  ({ operands, from }) =>
    (from === "f32" ? floats : integers)(operands[0] as Code, operands[1] as Code)

const elementary =
  (name: ElementaryName): Operation =>
  ({ operands, context: { local, math } }) => {
    const x = local("v128")
    return sequence(set(x, operands[0] as Code), elementaryFunctions[name](x, local, math))
  }

const bits =
  (f: Two): Operation =>
  ({ operands }) =>
    f(operands[0] as Code, operands[1] as Code)

const cast: Operation = ({ operands, from, to, context: { math } }) => {
  const [x] = operands as readonly [Code]
  const constant = (dtype: DType.DType, value: number): Code => vectorConstant(dtype, value, math)
  if (from === to) return x
  if (from === "f32") {
    if (to === "bool") return f32x4.notEqual(x, constant("f32", 0))
    return to === "i32" ? i32x4.truncateSaturatedF32Signed(x) : i32x4.truncateSaturatedF32Unsigned(x)
  }
  if (from === "bool") return to === "f32" ? v128.and(x, constant("f32", 1)) : v128.and(x, constant("i32", 1))
  if (to === "f32") return from === "i32" ? f32x4.convertI32Signed(x) : f32x4.convertI32Unsigned(x)
  return to === "bool" ? i32x4.notEqual(x, constant("i32", 0)) : x
}

const less: Operation = ({ operands, from }) => {
  const [a, b] = operands as readonly [Code, Code]
  if (from === "f32") return f32x4.less(a, b)
  // Of masks, a true bool is the least signed and the greatest unsigned number.
  return from === "i32" ? i32x4.lessSigned(a, b) : i32x4.lessUnsigned(a, b)
}

/** A float changes its sign bit, which takes one instruction where the bit is at hand; the engine's own takes three. */
const neg: Operation = ({ operands, from, context: { math } }) => {
  const [x] = operands as readonly [Code]
  return from === "f32" ? v128.xor(x, constantsOf(math).integer(-(2 ** 31))) : i32x4.neg(x)
}

const maximum: Operation = ({ operands, from }) => {
  const [a, b] = operands as readonly [Code, Code]
  if (from === "f32") return f32x4.max(a, b)
  return from === "i32" ? i32x4.maxSigned(a, b) : i32x4.maxUnsigned(a, b)
}

/** Elementwise primitives on vectors of four numbers of 32 bits; remainders, and quotients of integers, go lane by lane. */
export const vectorOperations: Readonly<Record<string, Operation>> = {
  neg,
  exp: elementary("exp"),
  expm1: elementary("expm1"),
  log: elementary("log"),
  log1p: elementary("log1p"),
  sin: elementary("sin"),
  cos: elementary("cos"),
  atan: elementary("atan"),
  tanh: elementary("tanh"),
  erf: elementary("erf"),
  sqrt: onFloats(f32x4.sqrt),
  floor: onFloats(f32x4.floor),
  round: onFloats(f32x4.nearest),
  cast,
  add: onNumbers(f32x4.add, i32x4.add),
  mul: onNumbers(f32x4.mul, i32x4.mul),
  div: bits(f32x4.div),
  pow: ({ operands, context: { local, math } }) => {
    const [x, y] = [local("v128"), local("v128")]
    return sequence(set(x, operands[0] as Code), set(y, operands[1] as Code), pow(x, y, local, math))
  },
  maximum,
  less,
  equal: onNumbers(f32x4.equal, i32x4.equal),
  and: bits(v128.and),
  or: bits(v128.or),
  xor: bits(v128.xor),
  shiftLeft: bits(i32x4.shiftLeft),
  shiftRight: ({ operands, from }) =>
    (from === "i32" ? i32x4.shiftRightSigned : i32x4.shiftRightUnsigned)(operands[0] as Code, operands[1] as Code),
  where: ({ operands }) => v128.bitSelect(operands[1] as Code, operands[2] as Code, operands[0] as Code)
}

/** Four lanes put together from numbers. */
export const fromLanes = (dtype: DType.DType, lanes: ReadonlyArray<Code>, local: MakeLocal): Code => {
  const [first, ...others] = lanes as readonly [Code, ...ReadonlyArray<Code>]
  const { splat: spread, replaceLane } = dtype === "f32" ? f32x4 : i32x4
  const joined = others.reduce((vector, lane, at) => replaceLane(vector, at + 1, lane), spread(first))
  if (dtype !== "bool") return joined
  const vector: Local = local("v128")
  return sequence(set(vector, joined), i32x4.neg(get(vector)))
}
