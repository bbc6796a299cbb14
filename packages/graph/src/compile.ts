import type { DerivativeError, ShapeError } from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { allocate } from "./allocate/allocate.ts"
import type { Claims } from "./claims.ts"
import type { CompileError } from "./compileError.ts"
import { fuse } from "./fuse/fuse.ts"
import { type Computation, lower } from "./lower.ts"
import { order } from "./order.ts"
import type { Program } from "./program.ts"
import { separate } from "./separate.ts"
import { simplify } from "./simplify/simplify.ts"
import { composed } from "./trace.ts"
import { verify } from "./verify/verify.ts"
import { verifyProgram } from "./verify/verifyProgram.ts"

/**
 * What a program is compiled for: the composites that a backend computes itself.
 *
 * ```ts
 * import { claimable } from "@residual/core"
 * import type { Target } from "@residual/graph"
 * const target: Target = { claims: new Set([claimable.attention]) }
 * target.claims.size // => 1
 * ```
 */
export interface Target {
  readonly claims: Claims
}

/**
 * Compiles what a program computes, from expressions to regions and buffers. The composition may be given as a function;
 * an ill-shaped one is then an error too, instead of an exception. Every pass is listed here, once, and what it gives is
 * verified.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { compile } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile(() => ({ outputs: { y: op.tanh(input("x", [2])) } }), { claims: new Set() })
 * Either.isRight(program) && program.right.regions.length // => 1
 * ```
 */
export const compile = (
  computation: Computation | (() => Computation),
  target: Target
): Either.Either<CompileError | ShapeError | DerivativeError, Program> =>
  pipe(
    composed(() => (typeof computation === "function" ? computation() : computation)),
    Either.chainW((computed) => lower(computed, target.claims)),
    Either.chainW((graph) => verify(graph, "lower")),
    Either.map(simplify),
    Either.chainW((graph) => verify(graph, "simplify")),
    Either.map(separate),
    Either.chainW((graph) => verify(graph, "separate")),
    Either.map(order),
    Either.chainW((graph) => verify(graph, "order")),
    Either.map((graph) => allocate(graph, fuse(graph))),
    Either.chainW(verifyProgram)
  )
