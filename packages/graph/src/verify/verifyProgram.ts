import { TensorType } from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"
import { inputsOf } from "../allocate/inputsOf.ts"
import { CompileError } from "../compileError.ts"
import type { Program } from "../program.ts"
import { structuralHash } from "../structuralHash.ts"
import { placeDefect } from "./placeDefect.ts"
import { regionDefect } from "./regionDefect.ts"
import { segmentDefect } from "./segmentDefect.ts"
import { walkDefect } from "./walkDefect.ts"

/**
 * Checks the plan of a program, whose graph is a verified one, and gives the program back:
 *
 * - regions compute what they write from what lies in memory before they run, in an order that works and without a node
 *   that nothing needs; every value is written once; all outputs and updates are; no region crosses a barrier;
 * - what a region writes has an element for each that it walks, or for each row, and its reductions run along the rows;
 * - segments of a multi-tensor region are the same computation, node by node;
 * - every value that is read has a place; no two values that are needed at once share memory, unless one is computed
 *   over the other by a region that may do so; slots change only where nothing needs their old value any more.
 *
 * Fails at the first defect, as one of `fuse` or `allocate`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { CompileError, compile, verifyProgram } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.exp(input("x", [2])) } }, { claims: new Set() })
 * Either.isRight(program) && verifyProgram({ ...program.right, regions: [] }) // => Either.left(new CompileError("fuse", 'nothing computes the output "y", %1'))
 * ```
 */
export const verifyProgram = (program: Program): Either.Either<CompileError, Program> => {
  const inRegions = regionDefect(program) ?? segmentDefect(program) ?? walkDefect(program)
  if (inRegions !== undefined) return Either.left(new CompileError("fuse", inRegions))
  const inPlaces = placeDefect(program) ?? boundaryDefect(program)
  return inPlaces === undefined ? Either.right(program) : Either.left(new CompileError("allocate", inPlaces))
}

const boundaryDefect = ({ graph, hash, inputs, outputs }: Program): string | undefined => {
  if (hash !== structuralHash(graph)) return "the hash is another graph's"
  const bound = inputsOf(graph)
  const same =
    bound.length === inputs.length &&
    bound.every(({ id, name, type }, at) => {
      const input = inputs[at]
      return input?.id === id && input.name === name && TensorType.equals(input.type, type)
    })
  if (!same) return "the inputs are another graph's"
  return outputs === graph.outputs ? undefined : "the outputs are another graph's"
}
