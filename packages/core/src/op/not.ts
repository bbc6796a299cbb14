import { xor } from "./bits.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import { fill } from "./leaf.ts"
import type { Unary } from "./operand.ts"

/**
 * The negation of bools, and every bit of integers flipped. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for
 * floats.
 *
 * ```ts
 * import { constant, op } from "@residual/core"
 * op.not(constant([true, false], { dtype: "bool" })).type // => { dtype: "bool", shape: [2] }
 * ```
 */
export const not: Unary = unaryComposite("not", {
  accepted: "bools or integers",
  rule: "none",
  body: (x) => xor(x, fill({ bool: 1, i32: -1, u32: 2 ** 32 - 1 }[x.type.dtype as "bool" | "i32" | "u32"], x.type)),
  backward: "none"
})
