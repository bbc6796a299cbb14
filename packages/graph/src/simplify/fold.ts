import { DType, numberArithmetic, type PrimitiveName } from "@residual/core"
import type { Node } from "../graph.ts"
import { typeOf } from "./rule.ts"

type Scalar = (a: number, b: number, c: number) => number

/** Floats are folded by the arithmetic that the reference interpreter runs on, so that there is one definition. */
const floats: Readonly<Partial<Record<PrimitiveName, Scalar>>> = {
  neg: numberArithmetic.neg,
  exp: numberArithmetic.exp,
  expm1: numberArithmetic.expm1,
  log: numberArithmetic.log,
  log1p: numberArithmetic.log1p,
  sqrt: numberArithmetic.sqrt,
  sin: numberArithmetic.sin,
  cos: numberArithmetic.cos,
  atan: numberArithmetic.atan,
  tanh: numberArithmetic.tanh,
  erf: numberArithmetic.erf,
  floor: numberArithmetic.floor,
  round: numberArithmetic.round,
  add: numberArithmetic.add,
  mul: numberArithmetic.mul,
  div: numberArithmetic.div,
  mod: numberArithmetic.mod,
  pow: numberArithmetic.pow,
  maximum: numberArithmetic.maximum,
  less: numberArithmetic.less,
  equal: numberArithmetic.equal
}

/** Integers before they wrap around, and bools as 0 and 1. */
const integers: Readonly<Partial<Record<PrimitiveName, Scalar>>> = {
  neg: (a) => -a,
  add: (a, b) => a + b,
  mul: Math.imul,
  maximum: (a, b) => Math.max(a, b),
  less: (a, b) => Number(a < b),
  equal: (a, b) => Number(a === b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << b
}

/** Ops that are folded. */
export const foldable: ReadonlyArray<PrimitiveName> = [
  ...(Object.keys({ ...floats, ...integers }) as ReadonlyArray<PrimitiveName>),
  "where",
  "cast"
]

/** Whether rounding a number to an element type leaves it as it is. */
const holds = (dtype: DType.DType, value: number): boolean => {
  if (dtype === "f64" || Number.isNaN(value)) return DType.isFloat(dtype)
  if (dtype === "f32") return Object.is(Math.fround(value), value)
  return Object.is(wrapped(dtype, value), value)
}

const wrapped = (dtype: DType.DType, value: number): number =>
  dtype === "i32" ? value | 0 : dtype === "u32" ? value >>> 0 : Number(value !== 0)

/**
 * The values of an op on constants, element by element; `undefined` where an operand or a result is not held exactly by
 * its type, because such a result depends on whether the program rounds.
 */
export const fold = (
  { op, types }: Node,
  from: ReadonlyArray<DType.DType>,
  operands: ReadonlyArray<ReadonlyArray<number>>,
  length: number
): ReadonlyArray<number> | undefined => {
  const { dtype } = typeOf({ types } as Node)
  const f = scalar(op as PrimitiveName, from[0] as DType.DType)
  if (f === undefined) return undefined
  if (!operands.every((values, at) => values.every((value) => holds(from[at] as DType.DType, value)))) return undefined
  const values: Array<number> = []
  for (let at = 0; at < length; at++) {
    const [a, b, c] = operands.map((operand) => operand[operand.length === 1 ? 0 : at] as number)
    const value = f(a as number, b as number, c as number)
    values.push(DType.isInteger(dtype) && op !== "cast" ? wrapped(dtype, value) : value)
  }
  return values.every((value) => holds(dtype, value)) ? values : undefined
}

const scalar = (op: PrimitiveName, dtype: DType.DType): Scalar | undefined => {
  if (op === "where") return (condition, a, b) => (condition === 0 ? b : a)
  // Only casts that keep the number as it is are folded: they need no rule for rounding, range or bits.
  if (op === "cast") return (a) => a
  return DType.isFloat(dtype) ? floats[op] : integers[op]
}
