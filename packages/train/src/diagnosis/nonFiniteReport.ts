import type { Pass } from "../step/origins.ts"
import type { Extent } from "./extent.ts"

/**
 * Where a value of a step comes from: what a batch holds, or a scalar that the step is given, by name; a parameter or a
 * state of the model, by path; another slot of the Store; a constant; or an op: in which pass, at which path of the model, and within
 * which composites, the outermost first. An op of the backward pass is of the op `of`, one of the update belongs to no
 * path.
 *
 * ```ts
 * import type { ValueSource } from "@residual/train"
 * const source: ValueSource = { kind: "parameter", name: "head.weight" }
 * source.kind // => "parameter"
 * ```
 */
export type ValueSource =
  | { readonly kind: "input" | "scalar" | "parameter" | "state" | "slot"; readonly name: string }
  | { readonly kind: "constant" }
  | OpSource

/** An op, and where it stands. */
export interface OpSource {
  readonly kind: "op"
  readonly op: string
  readonly within: ReadonlyArray<string>
  readonly pass: Pass
  /** Of the model's call; of the parameter, where residuals that arrive there are summed. Absent in the update. */
  readonly path: string | undefined
  /** The op whose backward it is a part of. */
  readonly of: string | undefined
}

/** A value of a step: where it comes from, and what its elements come to. */
export interface SourcedValue {
  readonly source: ValueSource
  readonly extent: Extent
}

/**
 * Why a step is not finite: the value that was so first, and what the op that made it was given. An input or parameter
 * that holds NaN or infinity is such a value itself, without operands.
 *
 * ```ts
 * import type { NonFiniteReport } from "@residual/train"
 * const report: NonFiniteReport = {
 *   device: "cpu",
 *   value: {
 *     source: { kind: "input", name: "pixels" },
 *     extent: { type: { dtype: "f32", shape: [4, 2] }, range: [0, 1], nan: 1, infinite: 0, first: [3, 0] }
 *   },
 *   operands: [],
 *   batch: undefined
 * }
 * report.operands // => []
 * ```
 */
export interface NonFiniteReport extends Cause {
  /** What the step was replayed on. */
  readonly device: string
  /** Of a step of several batches, which one it was: counted from 1, of how many. */
  readonly batch: { readonly number: number; readonly of: number } | undefined
}

/** A value that is not finite, and what the op that made it was given. */
export interface Cause {
  readonly value: SourcedValue
  readonly operands: ReadonlyArray<SourcedValue>
}
