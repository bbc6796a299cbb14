import type { Code, Local } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"

/** The arithmetic that depends on what the engine has. */
export interface VectorMath {
  /** a · b + c, rounded once (relaxed fused multiply-add) or twice (a product and a sum). */
  readonly multiplyAdd: (a: Code, b: Code, c: Code) => Code
}

/**
 * A function of four floats of 32 bits, written where it is used: `x` is a local that holds the operand and keeps it; the
 * result is left on the stack.
 */
export type ElementaryFunction = (x: Local, local: MakeLocal, math: VectorMath) => Code
