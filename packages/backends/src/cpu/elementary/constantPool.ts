import { type Code, get, type Local, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { v128 } from "../wasm/instructions.ts"
import type { VectorConstant } from "./vectorMath.ts"

/** Constants that are kept in locals. */
export interface ConstantPool {
  readonly constant: VectorConstant
  /** Sets the locals of the constants that were asked for: goes before the loops that use them. */
  readonly code: Code
}

/**
 * Keeps each constant in a local of the function that is being composed. V8 makes a constant anew wherever it is written,
 * with three instructions and inside loops too, but keeps a local in a register or a stack slot: a loop around an
 * elementary function runs in half the time.
 */
export const constantPool = (local: MakeLocal): ConstantPool => {
  const kept = new Map<string, { readonly words: Parameters<VectorConstant>[0]; readonly at: Local }>()
  return {
    constant: (words) => {
      const key = words.map((word) => word >>> 0).join()
      const known = kept.get(key) ?? { words, at: local("v128") }
      kept.set(key, known)
      return get(known.at)
    },
    code: (to) => {
      for (const { words, at } of kept.values()) set(at, v128.constant(words))(to)
    }
  }
}
