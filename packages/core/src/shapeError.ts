import type { TensorType } from "./tensorType.ts"
import { print } from "./tensorType.ts"

/**
 * An ill-shaped or ill-typed composition: which op refused which operands, and what it expects. It is thrown at the
 * line that composed the expression; `trace` and `compile` of `@residual/graph` turn it into an `Either`.
 *
 * ```ts
 * import { type AnyExpr, input, op } from "@residual/core"
 * const [x, w]: Array<AnyExpr> = [input("x", [8, 8]), input("w", [32, 8])]
 * op.matmul(x!, w!) // throws matmul(f32[8,8], f32[32,8]): expected [...b, m, k] · [...b, k, n], the inner sizes are 8 and 32
 * ```
 */
export class ShapeError extends Error {
  readonly _tag = "ShapeError"
  readonly op: string
  readonly operands: ReadonlyArray<TensorType>
  readonly expected: string
  constructor(op: string, operands: ReadonlyArray<TensorType>, expected: string) {
    super(`${op}(${operands.map(print).join(", ")}): expected ${expected}`)
    this.name = "ShapeError"
    this.op = op
    this.operands = operands
    this.expected = expected
  }
}

/**
 * A derivative that exists but is not written: the op has no backward, and leaving its residual out would be a silent
 * wrong answer.
 *
 * ```ts
 * import { DerivativeError } from "@residual/core"
 * new DerivativeError("lookup", "its table is not differentiable").message // => "lookup has no backward: its table is not differentiable"
 * ```
 */
export class DerivativeError extends Error {
  readonly _tag = "DerivativeError"
  readonly op: string
  constructor(op: string, reason: string) {
    super(`${op} has no backward: ${reason}`)
    this.name = "DerivativeError"
    this.op = op
  }
}
