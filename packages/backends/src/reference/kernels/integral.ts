import type { Truth } from "@residual/core"

/** The quotient towards zero, 0 for a divisor of 0. */
export const quotient = (a: number, b: number): number => (b === 0 ? 0 : Math.trunc(a / b))

/** The remainder of the division that rounds down, 0 for a divisor of 0. */
export const remainder = (a: number, b: number): number => {
  if (b === 0) return 0
  const rest = a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}

/** Three-valued and: one false operand decides. */
export const conjunction = (a: number, b: number): Truth => (a === 0 || b === 0 ? 0 : a === 1 && b === 1 ? 1 : 2)

/** Three-valued or: one true operand decides. */
export const disjunction = (a: number, b: number): Truth => (a === 1 || b === 1 ? 1 : a === 0 && b === 0 ? 0 : 2)

/** Three-valued exclusive or: both operands decide. */
export const difference = (a: number, b: number): Truth => (a === 2 || b === 2 ? 2 : a === b ? 0 : 1)
