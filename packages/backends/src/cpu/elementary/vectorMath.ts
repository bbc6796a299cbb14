import type { Code, Local } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"

/** Four words as a vector. */
export type VectorConstant = (words: readonly [number, number, number, number]) => Code

/** The arithmetic that depends on what the engine has, and on what is around the code. */
export interface VectorMath {
  /** a · b + c, rounded once (relaxed fused multiply-add) or twice (a product and a sum). */
  readonly multiplyAdd: (a: Code, b: Code, c: Code) => Code
  /** How a constant is had: written where it is used (`v128.constant`) if missing. Loops want a `constantPool`'s. */
  readonly constant?: VectorConstant
}

/**
 * A function of four floats of 32 bits, written where it is used: `x` is a local that holds the operand and keeps it; the
 * result is left on the stack.
 */
export type ElementaryFunction = (x: Local, local: MakeLocal, math: VectorMath) => Code
