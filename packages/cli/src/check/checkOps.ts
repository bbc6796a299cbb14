import { compile, type ProgramCache, Tensor } from "@residual/backends"
import { type ComposedCase, caseErrors, composeOpCase, decodeOpCases, type OpCase } from "@residual/testing"
import { Effect, FileSystem, Result } from "effect"
import { type BackendName, backendLayer } from "../backend.ts"
import { FailureError } from "../commandError.ts"
import { type Finding, report } from "./finding.ts"

/** What `residual check ops` is told. */
export interface CheckOpsSettings {
  readonly file: string
  readonly backend: BackendName
  readonly json: boolean
}

/** How far each backend may be off, as |a − b| / max(1, |b|). */
const tolerances: Readonly<Record<BackendName, number>> = {
  // Computes in float64, as the cases were recorded; what is left are other orders of summation.
  reference: 1e-9
}

/** `residual check ops`: replays recorded ops, forward and backward, and compares what comes out. */
export const checkOps = ({ file, backend, json }: CheckOpsSettings) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      files.readFileString(file),
      (error) => new FailureError({ message: `${file}: cannot read the cases: ${error.reason._tag}` })
    )
    const cases = decodeOpCases(text)
    if (cases.length === 0) return yield* Effect.fail(new FailureError({ message: `${file}: it has no cases` }))
    const findings = yield* Effect.forEach(cases, (decoded) =>
      Result.isFailure(decoded)
        ? Effect.succeed<Finding>(notCompared("malformed", `line ${decoded.failure.line}`, decoded.failure.problem))
        : check(decoded.success, tolerances[backend])
    ).pipe(Effect.provide(backendLayer(backend)))
    yield* report(findings, json)
  })

const notCompared = (group: string, name: string, reason: string): Finding => ({
  group,
  name,
  error: Number.NaN,
  tolerance: 0,
  reason
})

const check = (opCase: OpCase, tolerance: number): Effect.Effect<Finding, never, ProgramCache> => {
  const composed = composeOpCase(opCase)
  if (Result.isFailure(composed)) {
    return Effect.succeed(notCompared(opCase.op, opCase.case, composed.failure.message))
  }
  return compute(composed.success).pipe(
    Effect.map((values): Finding => {
      const { worst } = caseErrors(composed.success, values)
      return { group: opCase.op, name: opCase.case, error: worst, tolerance }
    }),
    Effect.catch((error) => Effect.succeed(notCompared(opCase.op, opCase.case, error.message)))
  )
}

/** The outputs of a case, in their order. */
const compute = ({ outputs, inputs }: ComposedCase) =>
  Effect.gen(function* () {
    const named = Object.fromEntries(outputs.map(({ expr }, at) => [String(at), expr]))
    const executable = yield* compile({ outputs: named })
    // A residual may not read every operand of its op.
    const read = executable.program.inputs.map(
      ({ name, type }) => [name, Tensor.make(inputs[name] ?? [], type)] as const
    )
    const values = yield* executable.run(Object.fromEntries(read))
    return outputs.map((_, at) => Tensor.toTypedArray(values[String(at)] as Tensor.Tensor))
  })
