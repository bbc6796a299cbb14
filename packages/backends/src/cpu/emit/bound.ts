import type { Element } from "../../kernel/element.ts"
import type { VectorMath } from "../elementary/index.ts"
import type { Code } from "../wasm/code.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { vectorConstant } from "./vectorOperation.ts"

/**
 * The larger of a number and a vector. Against a known number, the engine's single instruction does what `max` takes eight
 * for: NaN passes as the first operand, and adding 0 makes -0 the larger zero.
 */
export const largerOf = (bound: number, value: Code, math: VectorMath): Code => {
  const larger = f32x4.pseudoMax(value, vectorConstant("f32", bound, math))
  return Object.is(bound, 0) ? f32x4.add(larger, vectorConstant("f32", 0, math)) : larger
}

/** The smaller of a number other than 0 and a vector. */
export const smallerOf = (bound: number, value: Code, math: VectorMath): Code =>
  f32x4.pseudoMin(value, vectorConstant("f32", bound, math))

/** The smaller one of an element and a number, as -max(-x, -bound): one instruction does it where the number is known. */
export const boundAbove = (element: Element): { readonly element: Element; readonly bound: number } | undefined => {
  if (element.kind !== "operation" || element.op !== "maximum") return undefined
  const bound = element.operands.find(({ kind }) => kind === "number")
  const other = element.operands.find((operand) => operand !== bound)
  if (bound?.kind !== "number" || Number.isNaN(bound.value) || bound.value === 0) return undefined
  if (other?.kind !== "operation" || other.op !== "neg") return undefined
  return { element: other.operands[0] as Element, bound: -bound.value }
}
