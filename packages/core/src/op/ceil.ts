import { neg } from "./arithmetic.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import type { Unary } from "./operand.ts"
import { floor } from "./rounding.ts"

/**
 * The least whole number that is not less. It is piecewise constant, so it has no residual. Shape: `[...]` -> `[...]`.
 * Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.ceil(input("x", [2])).type.shape // => [2]
 * ```
 */
export const ceil: Unary = unaryComposite("ceil", { rule: "none", body: (x) => neg(floor(neg(x))), backward: "none" })
