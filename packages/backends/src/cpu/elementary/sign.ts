import { type Code, get, type Local } from "../wasm/code.ts"
import { i32x4, v128 } from "../wasm/instructions.ts"

/** The sign bits of four floats, the other bits zeros. */
export const signOf = (x: Local): Code => v128.and(get(x), i32x4.constant(0x8000_0000))

/** Values that have no sign yet, with that of `x`. */
export const withSignOf = (x: Local, magnitude: Code): Code => v128.or(magnitude, signOf(x))
