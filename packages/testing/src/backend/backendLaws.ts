import type { Mode } from "@residual/backends/reference"
import { exactly, rounding } from "../evaluation.ts"
import { laws } from "../laws/index.ts"
import type { Law } from "../laws/law.ts"
import { agreementLaw } from "./agreement.ts"
import type { BackendLaw } from "./backendLaw.ts"
import { edgeLaws } from "./edgeLaws.ts"
import { randomProgramLaw } from "./randomProgramLaw.ts"
import { type ResultTolerance, resultTolerances } from "./resultTolerance.ts"
import { storeLaws } from "./storeLaws.ts"

/**
 * How a backend is tried.
 *
 * ```ts
 * import type { BackendLawOptions } from "@residual/testing"
 * const singleOnly: BackendLawOptions = { dtypes: ["f32"], runs: 20 }
 * singleOnly.runs // => 20
 * ```
 */
export interface BackendLawOptions {
  /** The float types that it has: both by default. */
  readonly dtypes?: ReadonlyArray<"f32" | "f64">
  /** How many cases of each row are tried, or of each shape of a row: 5 by default. */
  readonly runs?: number
  /**
   * How many shapes, with attributes, the cases of each row have: the same ones every time, so that values alone are drawn
   * and a program runs on all values of its shape. By default every case has a shape of its own.
   */
  readonly shapes?: number
  readonly seed?: number
  /** Rows to try: the law table by default. Append those of your own ops. */
  readonly rows?: ReadonlyArray<Law>
  /** Tolerances of ops, with the reason for each, where those of `resultTolerances` do not hold. */
  readonly tolerances?: Readonly<Record<string, ResultTolerance>>
  /** For a backend that must be the reference's in a mode to the bit; random programs are tried as well. */
  readonly bitwise?: Mode
}

/**
 * Everything that a backend must do, as named Effects over the backend at hand: each row of the law table and its
 * residuals in each float type, against the reference in 64 bits and within the op's tolerance; special numbers, integers
 * at the ends of their range, no elements, scalars, indices out of range, ties, random words; what Stores, donated slots,
 * refused runs, caches and scopes do.
 *
 * Give each to the test runner, with the backend's Layer provided:
 * `layer(myLayer)("my backend", (it) => backendLaws().forEach(({ name, check }) => it.effect(name, () => check)))`.
 *
 * ```ts
 * import * as Reference from "@residual/backends/reference"
 * import { backendLaws } from "@residual/testing"
 * import { Effect } from "effect"
 * const [law] = backendLaws({ runs: 1 }).filter(({ name }) => name.startsWith("tanh"))
 * law?.name // => "tanh in f32 is the reference's"
 * await Effect.runPromise(Effect.provide(law!.check, Reference.layer())) // => undefined
 * ```
 */
export const backendLaws = (options: BackendLawOptions = {}): ReadonlyArray<BackendLaw> => {
  const { dtypes = ["f32", "f64"], runs = 5, shapes, seed, rows = laws, tolerances = {}, bitwise } = options
  const drawing = { runs, shapes, seed }
  const toleranceOf = (law: Law): ResultTolerance => {
    const tolerance = tolerances[law.op] ?? law.tolerance ?? resultTolerances[law.op]
    if (tolerance === undefined) throw new Error(`no tolerance is stated for "${law.op}"`)
    return tolerance
  }
  // Where a result is too large for 32 bits, it is infinite, but for a backend that keeps 64.
  const oracle = bitwise === "exact" ? exactly : rounding
  return [
    ...dtypes.flatMap((dtype) => rows.map((law) => agreementLaw(law, dtype, toleranceOf(law), drawing))),
    ...dtypes.flatMap((dtype) => edgeLaws(dtype, oracle)),
    ...storeLaws,
    ...(bitwise === undefined ? [] : [randomProgramLaw(bitwise, { runs: 20 * runs, seed })])
  ]
}
