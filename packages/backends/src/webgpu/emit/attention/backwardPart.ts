import type { Id } from "@residual/graph"
import type { AttentionOperands } from "../../../kernel/attention/attentionOperands.ts"
import type { MatrixOperand } from "../../../kernel/attention/attentionShape.ts"
import type { ValueAccess } from "../../wgsl/kernel.ts"
import { scalarText } from "../../wgsl/scalar.ts"
import type { KernelValues } from "../kernelValues.ts"
import type { Counters } from "./counters.ts"
import type { Head } from "./heads.ts"
import { rowsOf } from "./matrixText.ts"
import type { Meetings } from "./meetings.ts"
import type { NamedRows } from "./rowWalk.ts"
import { exponentials, where } from "./weights.ts"

/** What both parts of an attention's backward are made of. */
export interface Backward extends AttentionOperands {
  readonly values: KernelValues
  /** Values that are read in vectors of four. */
  readonly byVectors: ReadonlySet<Id>
  /** Whether values may be read and written so. */
  readonly vectors: boolean
  readonly subgroups: boolean
  readonly threads: number
  readonly sharedBytes: number
}

/** A part of a kernel, for workgroups of its own. */
export interface KernelPart {
  readonly groups: number
  /** Vectors of shared memory. */
  readonly shared: number
  readonly usesSubgroups: boolean
  /** Statements, in which `task` is the number of the workgroup among those of the part. */
  readonly body: (access: ValueAccess) => ReadonlyArray<string>
}

/** Operands of an attention's backward by their places. */
export const backwardOperands = ({ operands }: AttentionOperands) => {
  const [residual, query, key, value, logSumExp, delta] = operands as [
    ...[MatrixOperand, MatrixOperand, MatrixOperand],
    ...[MatrixOperand, MatrixOperand, MatrixOperand]
  ]
  return { residual, query, key, value, logSumExp, delta }
}

/** The rows that one of its parts reads, of heads of queries and of keys. */
export const backwardRows = (
  { values, byVectors, shape, ...rest }: Backward,
  counters: Counters,
  queryHead: Head,
  keyHead: Head
) => {
  const operands = backwardOperands({ shape, ...rest })
  const named = (name: "residual" | "query" | "key" | "value", head: Head, width: number): NamedRows => ({
    name,
    rows: rowsOf(counters, values, byVectors, operands[name], head, width)
  })
  return {
    residual: named("residual", queryHead, shape.out),
    query: named("query", queryHead, shape.width),
    key: named("key", keyHead, shape.width),
    value: named("value", keyHead, shape.out)
  }
}

/**
 * Statements that compute, of four pairs, the weights and the residuals of the products of queries and keys, `toProducts`:
 * from these, `scores`, those of residuals and values, `arrived`, and the numbers of the queries, log Σ exp and delta.
 */
export const weightsText = (
  { shape: { scale } }: Backward,
  { exist, met }: Meetings,
  logSumExp: (component: string) => string,
  access: ValueAccess
): ReadonlyArray<string> => {
  const factor = scalarText("f32", scale)
  const scores = (at: string): string => `scores.${at} * ${factor} - ${logSumExp(at)}`
  return [
    `let weights = ${where(met(access), exponentials(scores))};`,
    `let toProducts = ${where(exist, `weights * (arrived - delta) * ${factor}`)};`
  ]
}

/** The same of one pair. */
export const weightsAlone = (
  { shape: { scale } }: Backward,
  { metAlone }: Meetings,
  access: ValueAccess
): ReadonlyArray<string> => {
  const factor = scalarText("f32", scale)
  const weight = `exp_f32(scores * ${factor} - logSumExp)`
  const isMet = metAlone(access)
  return [
    `let weights = ${isMet === undefined ? weight : `select(0.0f, ${weight}, ${isMet})`};`,
    `let toProducts = weights * (arrived - delta) * ${factor};`
  ]
}
