import { type AnyExpr, DType, input, op, Shape, ShapeError, TensorType } from "@residual/core"
import { pullback } from "@residual/graph"
import * as Result from "effect/Result"
import { type Bound, type Evaluate, exactly } from "../evaluation.ts"
import { RefusedCase, UnknownOp } from "./caseError.ts"
import { elementwiseRows } from "./elementwiseRows.ts"
import { networkRows } from "./networkRows.ts"
import type { OpCase } from "./opCase.ts"
import type { Row } from "./row.ts"
import { structuralRows } from "./structuralRows.ts"

const table: Readonly<Record<string, Row>> = { ...elementwiseRows, ...structuralRows, ...networkRows }

/**
 * The names that files of op cases may give ops.
 *
 * ```ts
 * import { opCaseNames } from "@residual/testing"
 * opCaseNames.includes("geluTanh") // => true
 * ```
 */
export const opCaseNames: ReadonlyArray<string> = Object.keys(table)

/**
 * A case composed of the library's ops: what has to be computed, the values of its inputs, and what must come out.
 *
 * ```ts
 * import { composeOpCase, decodeOpCase } from "@residual/testing"
 * import * as Result from "effect/Result"
 * const one = `{ "shape": [], "dtype": "f64", "data": [1] }`
 * const line = `{ "case": "exp-0", "op": "exp", "attrs": {}, "inputs": [${one}], "residual": ${one}, "output": ${one}, "grads": [${one}] }`
 * const composed = Result.flatMap(decodeOpCase(1, line), composeOpCase)
 * Result.getOrThrow(composed).outputs.map(({ name }) => name) // => ["output", "residual of input 0"]
 * ```
 */
export interface ComposedCase {
  readonly opCase: OpCase
  readonly outputs: ReadonlyArray<{
    readonly name: string
    readonly expr: AnyExpr
    readonly expected: ReadonlyArray<number>
  }>
  readonly inputs: Bound
}

/**
 * Composes a case. Fails with an `UnknownOp`, or with a `RefusedCase` where the op does not take the inputs or attributes, or
 * gives values of other shapes than the case expects.
 *
 * ```ts
 * import { composeOpCase, decodeOpCase } from "@residual/testing"
 * import * as Result from "effect/Result"
 * const one = `{ "shape": [], "dtype": "f64", "data": [1] }`
 * const line = `{ "case": "fold-0", "op": "fold", "attrs": {}, "inputs": [], "residual": ${one}, "output": ${one}, "grads": [] }`
 * const refused = Result.flip(Result.flatMap(decodeOpCase(1, line), composeOpCase))
 * Result.getOrThrow(refused)._tag // => "UnknownOp"
 * ```
 */
export const composeOpCase = (opCase: OpCase): Result.Result<ComposedCase, UnknownOp | RefusedCase> => {
  const { line, case: name, op: called } = opCase
  const refuse = (problem: string): Result.Result<never, RefusedCase> =>
    Result.fail(new RefusedCase({ line, name, problem }))
  if (!Object.hasOwn(table, called)) return Result.fail(new UnknownOp({ line, name, op: called }))
  try {
    const inputs = opCase.inputs.map(({ shape, dtype }, at) =>
      input(`input ${at}`, shape, { dtype: dtype === "i64" ? "i32" : "f64" })
    )
    const composed = (table[called] as Row)(inputs, opCase.attrs)
    if (Result.isFailure(composed)) return refuse(composed.failure)
    const output = composed.success
    const residual = input("residual", opCase.residual.shape, { dtype: "f64" })
    const wanted = TensorType.print({ dtype: "f64", shape: opCase.output.shape })
    if (TensorType.print(output.type) !== wanted) {
      return refuse(`its output is ${TensorType.print(output.type)}, the case expects ${wanted}`)
    }
    if (!Shape.equals(residual.type.shape, output.type.shape)) {
      return refuse(`its incoming residual is ${TensorType.print(residual.type)}, its output ${wanted}`)
    }
    const floats = inputs.filter(({ type }) => DType.isFloat(type.dtype))
    const arrived = pullback(output, residual, floats)
    const outputs = [{ name: "output", expr: output, expected: opCase.output.data }]
    for (const [at, expr] of inputs.entries()) {
      const gradient = opCase.grads[at] ?? null
      if (gradient === null) continue
      if (!Shape.equals(gradient.shape, expr.type.shape) || !floats.includes(expr)) {
        return refuse(
          `the residual of input ${at}, ${TensorType.print(expr.type)}, cannot be f64[${gradient.shape.join(",")}]`
        )
      }
      const place = floats.indexOf(expr)
      outputs.push({
        name: `residual of input ${at}`,
        expr: arrived[place] ?? op.fill(0, expr.type),
        expected: gradient.data
      })
    }
    const values = opCase.inputs.map(({ data }, at) => [`input ${at}`, data] as const)
    return Result.succeed({
      opCase,
      outputs,
      inputs: { ...Object.fromEntries(values), residual: opCase.residual.data }
    })
  } catch (error) {
    if (error instanceof ShapeError) return refuse(error.message)
    throw error
  }
}

/**
 * How far a case's values are from what they must be: the largest |a - b| / max(1, |b|) of each, and of all.
 *
 * ```ts
 * import type { CaseErrors } from "@residual/testing"
 * const exact: CaseErrors = { values: [{ name: "output", error: 0 }], worst: 0 }
 * exact.worst // => 0
 * ```
 */
export interface CaseErrors {
  readonly values: ReadonlyArray<{ readonly name: string; readonly error: number }>
  readonly worst: number
}

const errorOf = (actual: number, expected: number): number => {
  if (Object.is(actual, expected)) return 0
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected))
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
}

/**
 * Compares what was computed of a composed case, in the order of its outputs, with what must come out. A NaN or an infinity
 * that is not expected is infinitely far off.
 *
 * ```ts
 * import { caseErrors, composeOpCase, decodeOpCase } from "@residual/testing"
 * import * as Result from "effect/Result"
 * const one = `{ "shape": [], "dtype": "f64", "data": [1] }`
 * const line = `{ "case": "neg-0", "op": "neg", "attrs": {}, "inputs": [${one}], "residual": ${one}, "output": ${one}, "grads": [${one}] }`
 * const composed = Result.getOrThrow(Result.flatMap(decodeOpCase(1, line), composeOpCase))
 * caseErrors(composed, [[1], [1.5]]).worst // => 0.5
 * ```
 */
export const caseErrors = ({ outputs }: ComposedCase, computed: ReadonlyArray<ArrayLike<number>>): CaseErrors => {
  const values = outputs.map(({ name, expected }, at) => ({
    name,
    error: expected.reduce((worst, value, i) => Math.max(worst, errorOf(computed[at]?.[i] ?? Number.NaN, value)), 0)
  }))
  return { values, worst: values.reduce((worst, { error }) => Math.max(worst, error), 0) }
}

/**
 * Replays a case: composes it, computes its output and outgoing residuals, and compares them. Fails as `composeOpCase`
 * does.
 *
 * ```ts
 * import { decodeOpCase, runOpCase } from "@residual/testing"
 * import * as Result from "effect/Result"
 * const [one, two] = [1, -1].map((x) => `{ "shape": [], "dtype": "f64", "data": [${x}] }`)
 * const line = `{ "case": "neg-0", "op": "neg", "attrs": {}, "inputs": [${one}], "residual": ${one}, "output": ${two}, "grads": [${two}] }`
 * Result.getOrThrow(Result.flatMap(decodeOpCase(1, line), (opCase) => runOpCase(opCase))).worst // => 0
 * ```
 */
export const runOpCase = (
  opCase: OpCase,
  evaluate: Evaluate = exactly
): Result.Result<CaseErrors, UnknownOp | RefusedCase> =>
  Result.map(composeOpCase(opCase), (composed) =>
    caseErrors(composed, evaluate(composed.outputs.map(({ expr }) => expr))(composed.inputs))
  )
