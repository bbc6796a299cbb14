import type { Tensor } from "@residual/backends"
import type { Batch } from "../data/batch.ts"

/**
 * What an evaluation made of one batch: the objective's outputs by name, and the batch, whose `weights` are 0 for rows
 * that only fill it up.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import type { BatchResult } from "@residual/train"
 * const result: BatchResult = { outputs: { logits: Tensor.make([[0, 1]]) }, batch: { targets: Tensor.make([1]) } }
 * Object.keys(result.outputs) // => ["logits"]
 * ```
 */
export interface BatchResult {
  readonly outputs: Readonly<Record<string, Tensor.Tensor>>
  readonly batch: Batch
}

/**
 * A measure of a model over all batches of an evaluation, as a pure fold: what it starts with, what each batch adds, and
 * what it comes to. It is the same however the rows are batched.
 *
 * ```ts
 * import type { Metric } from "@residual/train"
 * const batches: Metric<number, number> = { name: "batches", initial: 0, add: (count) => count + 1, value: (count) => count }
 * batches.value(batches.initial) // => 0
 * ```
 */
export interface Metric<State, A> {
  readonly name: string
  readonly initial: State
  readonly add: (state: State, result: BatchResult) => State
  readonly value: (state: State) => A
}
