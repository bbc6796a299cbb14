import { type Code, get, type Local } from "../wasm/code.ts"
import { v128 } from "../wasm/instructions.ts"
import { constantsOf } from "./constants.ts"
import type { VectorMath } from "./vectorMath.ts"

/** The sign bits of four floats, the other bits zeros. */
export const signOf = (x: Local, math: VectorMath): Code => v128.and(get(x), constantsOf(math).integer(0x8000_0000))

/** Values that have no sign yet, with that of `x`. */
export const withSignOf = (x: Local, magnitude: Code, math: VectorMath): Code => v128.or(magnitude, signOf(x, math))
