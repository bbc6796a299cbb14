import type { DType } from "@residual/core"
import type { VectorMath } from "../elementary/index.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { f32, f32x4, f64, i32, i32x4, select, shuffle32, v128 } from "../wasm/instructions.ts"
import { scalarConstant } from "./scalarOperation.ts"
import { vectorConstant } from "./vectorOperation.ts"

/** How numbers of a type are reduced: from what on, and how two become one, as single numbers and in vectors. */
export interface ReduceOperation {
  readonly start: Code
  readonly vectorStart: Code
  readonly join: (a: Local, b: Local) => Code
  readonly joinVectors: (a: Code, b: Code) => Code
}

const least = (dtype: DType.DType): number => {
  if (dtype === "f32" || dtype === "f64") return Number.NEGATIVE_INFINITY
  return dtype === "i32" ? -(2 ** 31) : 0
}

const joins = (op: string, dtype: DType.DType): Pick<ReduceOperation, "join" | "joinVectors"> => {
  const on =
    (f: (a: Code, b: Code) => Code) =>
    (a: Local, b: Local): Code =>
      f(get(a), get(b))
  if (op === "sum") {
    if (dtype === "f32") return { join: on(f32.add), joinVectors: f32x4.add }
    if (dtype === "f64") return { join: on(f64.add), joinVectors: f32x4.add }
    return { join: on(i32.add), joinVectors: i32x4.add }
  }
  if (dtype === "f32") return { join: on(f32.max), joinVectors: f32x4.max }
  if (dtype === "f64") return { join: on(f64.max), joinVectors: f32x4.max }
  if (dtype === "bool") return { join: on(i32.or), joinVectors: v128.or }
  const isGreater = dtype === "i32" ? i32.greaterSigned : i32.greaterUnsigned
  return {
    join: (a, b) => select(get(a), get(b), isGreater(get(a), get(b))),
    joinVectors: dtype === "i32" ? i32x4.maxSigned : i32x4.maxUnsigned
  }
}

/** The reduction of a primitive, `sum` or `max`, on a type. Vectors are never of 64 bits. */
export const reduceOperation = (op: string, dtype: DType.DType, math: VectorMath): ReduceOperation => {
  const start = op === "sum" ? 0 : least(dtype)
  return { start: scalarConstant(dtype, start), vectorStart: vectorConstant(dtype, start, math), ...joins(op, dtype) }
}

/** Reduces vectors to one number, two by two and then lane by lane: the same order always. */
export const reduceVectors = (
  { join, joinVectors }: ReduceOperation,
  dtype: DType.DType,
  vectors: ReadonlyArray<Local>,
  local: MakeLocal
): Code => {
  const tree = (all: ReadonlyArray<Code>): Code => {
    const [only, ...others] = all as readonly [Code, ...ReadonlyArray<Code>]
    if (others.length === 0) return only
    const half = Math.ceil(all.length / 2)
    return joinVectors(tree(all.slice(0, half)), tree(all.slice(half)))
  }
  const [whole, halves] = [local("v128"), local("v128")]
  const [a, b] = [local(dtype === "f32" ? "f32" : "i32"), local(dtype === "f32" ? "f32" : "i32")]
  const lane = (at: number): Code => {
    if (dtype === "f32") return f32x4.extractLane(get(halves), at)
    const word = i32x4.extractLane(get(halves), at)
    return dtype === "bool" ? i32.and(word, i32.constant(1)) : word
  }
  return sequence(
    set(whole, tree(vectors.map(get))),
    set(halves, joinVectors(get(whole), shuffle32(get(whole), get(whole), [2, 3, 0, 1]))),
    set(a, lane(0)),
    set(b, lane(1)),
    join(a, b)
  )
}
