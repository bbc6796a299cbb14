import { compile, type ProgramCache, Tensor } from "@residual/backends"
import { type ComposedCase, caseErrors, composeOpCase, decodeOpCases, type OpCase } from "@residual/testing"
import { ioReason } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { backendLayer } from "../backend.ts"
import { FailureError } from "../commandError.ts"
import { type Finding, report, worse } from "./finding.ts"
import { inFloat32 } from "./inFloat32.ts"
import { opTolerance } from "./opTolerance.ts"
import { type CheckBackend, type Precision, precisionOf } from "./precision.ts"

/** What `residual check ops` is told. */
export interface CheckOpsSettings extends CheckBackend {
  readonly file: string
  readonly json: boolean
}

/** `residual check ops`: replays recorded ops, forward and backward, and compares what comes out. */
export const checkOps = (settings: CheckOpsSettings) =>
  Effect.gen(function* () {
    const { file, json } = settings
    const precision = yield* precisionOf(settings)
    const files = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      files.readFileString(file),
      (error) => new FailureError({ message: `${file}: cannot read the cases: ${ioReason(error)}` })
    )
    const cases = decodeOpCases(text)
    if (cases.length === 0) return yield* Effect.fail(new FailureError({ message: `${file}: it has no cases` }))
    const findings = yield* Effect.forEach(cases, (decoded) =>
      Result.isFailure(decoded)
        ? Effect.succeed<Finding>(notCompared("malformed", `line ${decoded.failure.line}`, decoded.failure.problem))
        : check(decoded.success, precision)
    ).pipe(Effect.provide(backendLayer(settings, precision)))
    yield* report(findings, json)
  })

const notCompared = (group: string, name: string, reason: string): Finding => ({
  group,
  name,
  error: Number.NaN,
  tolerance: 0,
  reason
})

const check = (opCase: OpCase, precision: Precision): Effect.Effect<Finding, never, ProgramCache> => {
  const composed = composeOpCase(opCase)
  if (Result.isFailure(composed)) {
    return Effect.succeed(notCompared(opCase.op, opCase.case, composed.failure.message))
  }
  return compute(composed.success, precision).pipe(
    Effect.map((values): Finding => {
      const { values: errors } = caseErrors(composed.success, values)
      const tolerance = opTolerance(opCase.op, precision)
      const found = errors.map(
        ({ error }, at): Finding => ({
          group: opCase.op,
          name: opCase.case,
          error,
          tolerance: at === 0 ? tolerance.values : tolerance.residuals
        })
      )
      return found.reduce(worse)
    }),
    Effect.catch((error) => Effect.succeed(notCompared(opCase.op, opCase.case, error.message)))
  )
}

/** The outputs of a case, in their order: its value first, and then its residuals. */
const compute = ({ outputs, inputs }: ComposedCase, precision: Precision) =>
  Effect.gen(function* () {
    const computation = { outputs: Object.fromEntries(outputs.map(({ expr }, at) => [String(at), expr])) }
    const executable = yield* compile(precision === "f32" ? inFloat32(computation) : computation)
    // A residual may not read every operand of its op.
    const read = executable.program.inputs.map(
      ({ name, type }) => [name, Tensor.make(inputs[name] ?? [], type)] as const
    )
    const values = yield* executable.run(Object.fromEntries(read))
    return outputs.map((_, at) => Tensor.toTypedArray(values[String(at)] as Tensor.Tensor))
  })
