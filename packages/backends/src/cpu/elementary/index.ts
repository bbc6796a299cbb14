import { atan } from "./atan.ts"
import { cos } from "./cos.ts"
import { erf } from "./erf.ts"
import { exp } from "./exp.ts"
import { expm1 } from "./expm1.ts"
import { log } from "./log.ts"
import { log1p } from "./log1p.ts"
import { sin } from "./sin.ts"
import { tanh } from "./tanh.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

export { type ConstantPool, constantPool } from "./constantPool.ts"
export { type MeasuredError, measuredErrors } from "./measuredErrors.ts"
export { pow } from "./pow.ts"
export type { ElementaryFunction, VectorConstant, VectorMath } from "./vectorMath.ts"

/** The elementary functions of one operand, on four floats of 32 bits. */
export const elementaryFunctions = { exp, expm1, log, log1p, sin, cos, atan, tanh, erf } as const satisfies Readonly<
  Record<string, ElementaryFunction>
>

/** The names of those functions. */
export type ElementaryName = keyof typeof elementaryFunctions
