import { assert } from "@effect/vitest"
import { type BackendError, compile, type ProgramCache, Tensor } from "@residual/backends"
import { type AnyExpr, input, op } from "@residual/core"
import { vjp } from "@residual/graph"
import * as Effect from "effect/Effect"
import { epsilonOf } from "../../src/backend/resultTolerance.ts"
import { type GoldenCase, readGolden } from "./goldenFile.ts"
import { absentOps, goldenOps } from "./goldenOps.ts"

/**
 * How far results may be off, as |a − b| / max(1, |b|) in units of ε. Inputs are rounded to the type first, which moves
 * results by about as much as computing them does.
 */
export const tolerances = {
  values: { units: 64, reason: "sums of up to 72 products, whose inputs have relative errors of ε/2 in 32 bits" },
  derivatives: { units: 256, reason: "the same, divided by deviations and norms down to 1/2, in squares" },
  seconds: { units: 2048, reason: "derivatives of those, in which norms are divided by in their third power" }
} as const

/** PyTorch multiplies by 1/6 as a float of 32 bits here, also where it computes in 64. */
const roundedByPyTorch: Readonly<Record<string, number>> = { hardsigmoid: 1e-8 }

/** Compositions that hold constants of 64 bits, which nothing in 32 goes with. */
export const onlyWide: ReadonlyArray<string> = ["bce_logits"]

/** Computes expressions on the backend at hand, from the values of what they read. */
export const compute = (
  exprs: Readonly<Record<string, AnyExpr>>,
  values: (name: string) => ArrayLike<number>
): Effect.Effect<Readonly<Record<string, ArrayLike<number>>>, BackendError, ProgramCache> =>
  Effect.gen(function* () {
    const executable = yield* compile({ outputs: exprs })
    const given = executable.program.inputs.map(({ name, type }) => [name, Tensor.make(values(name), type)] as const)
    const outputs = yield* executable.run(Object.fromEntries(given))
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)]))
  })

const { cases, tensor } = readGolden(new URL("../../fixtures/ops.golden.safetensors", import.meta.url))

const worst = (actual: ArrayLike<number> | undefined, expected: Float64Array): number => {
  assert.strictEqual(actual?.length, expected.length)
  return expected.reduce((most, value, at) => {
    const error = Math.abs((actual?.[at] as number) - value) / Math.max(1, Math.abs(value))
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error)
  }, 0)
}

/** The cases of PyTorch's whose ops the library has. */
export const goldenCases: ReadonlyArray<GoldenCase> = cases.filter(({ name }) => !absentOps.includes(name))

/** Fails where the backend at hand is further than the tolerances from PyTorch's values and derivatives. */
export const checkGolden = (
  { name, inputs: shapes, gradgrad }: GoldenCase,
  dtype: "f32" | "f64"
): Effect.Effect<void, BackendError, ProgramCache> =>
  Effect.gen(function* () {
    const like = (prefix: string): ReadonlyArray<AnyExpr> =>
      shapes.map((shape, at) => input(`${prefix}${at}`, shape, { dtype }))
    const [inputs, directions] = [like("in"), like("u")]
    const output = (goldenOps[name] as (...inputs: ReadonlyArray<AnyExpr>) => AnyExpr)(...inputs)
    const gradients = vjp(output, inputs, input("cot", output.type.shape, { dtype }))
    const along = gradients.map((gradient, at) => op.sum(op.mul(gradient, directions[at] as AnyExpr)))
    const directional = along.reduce((sum, part) => op.add(sum, part))
    const seconds = gradgrad ? vjp(directional, inputs, op.fill(1, directional.type)) : []
    const found = yield* compute(
      {
        out: output,
        ...Object.fromEntries(gradients.map((gradient, at) => [`grad${at}`, gradient])),
        ...Object.fromEntries(seconds.map((second, at) => [`gradgrad${at}`, second]))
      },
      (part) => tensor(`${name}/${part}`)
    )
    for (const [part, values] of Object.entries(found)) {
      const kind = part === "out" ? "values" : part.startsWith("gradgrad") ? "seconds" : "derivatives"
      const error = worst(values, tensor(`${name}/${part}`))
      const allowed = tolerances[kind].units * epsilonOf(dtype)
      assert.isAtMost(error, Math.max(allowed, roundedByPyTorch[name] ?? 0), `${part} in ${dtype}`)
    }
  })
