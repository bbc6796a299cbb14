import type { AnyExpr, HostRandom } from "@residual/core"
import type { Batch, DataError, Objective } from "@residual/train"
import type * as Stream from "effect/Stream"

/** What a run learns and what it learns from, as its configuration describes them. */
export interface Task {
  readonly objective: Objective<AnyExpr, AnyExpr>
  /** How many batches show the data once. */
  readonly batchesOfEpoch: number
  /** Batches without end, of an order that a key decides, from the one of a number on. */
  readonly batches: (key: HostRandom.HostKey, from: number) => Stream.Stream<Batch, DataError>
  /** What is held out, where that is: the loss on it, and its batches. */
  readonly held: Held | undefined
}

/** Data that no step learns from. */
export interface Held {
  readonly objective: Objective<AnyExpr, AnyExpr>
  readonly batches: Stream.Stream<Batch, DataError>
}
