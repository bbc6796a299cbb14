import { type Code, get, type Local } from "../wasm/code.ts"
import { f32x4, v128 } from "../wasm/instructions.ts"

/** The sign bits of four floats, the other bits zeros. V8 has |x| already where it is computed elsewhere. */
export const signOf = (x: Local): Code => v128.xor(get(x), f32x4.abs(get(x)))

/** Values that have no sign yet, with that of `x`. */
export const withSignOf = (x: Local, magnitude: Code): Code => v128.or(magnitude, signOf(x))
