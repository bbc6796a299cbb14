import type { AnyExpr, HostRandom, Model } from "@residual/core"
import type { AnyMetric, Batch, ByPath, DataError, Judged, Objective, Samples } from "@residual/train"
import { Samples as SamplesOf } from "@residual/train"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Knowledge } from "./knowledge.ts"

/** A model, and how a batch judges it. */
export interface Learner {
  readonly model: Model.Model<AnyExpr, AnyExpr>
  /** The loss, and what metrics look at. Rows count by their weights, and all alike where there are none. */
  readonly judge: (model: (x: AnyExpr) => AnyExpr, batch: ByPath, weights: AnyExpr | undefined) => Judged
  readonly metrics: ReadonlyArray<AnyMetric>
}

/** What a run learns and what it learns from, as its configuration describes them. */
export interface Task extends Learner {
  /** What reading the data has decided, and a model needs as much as its settings. */
  readonly knowledge: Knowledge
  readonly learned: Samples.Samples
  /** How many samples show the data once; a text has more, which overlap. */
  readonly samplesOfEpoch: number
  /** What no step learns from, where something is held out. */
  readonly held: Samples.Samples | undefined
  /** All of the data, to be measured. */
  readonly everything: Effect.Effect<Samples.Samples, DataError>
  /** What the data are, to tell whether they are the same another time: a SHA-256. */
  readonly fingerprint: string
}

/** The types of what a batch of so many samples holds. */
const typesOf = ({ columns }: Samples.Samples, batch: number): Objective<AnyExpr, AnyExpr>["batch"] => ({
  weights: { dtype: "f32", shape: [batch] },
  ...Object.fromEntries(
    Object.entries(columns).map(([name, { type }]) => [name, { dtype: type.dtype, shape: [batch, ...type.shape] }])
  )
})

/** What steps learn by: all samples count alike. */
export const objectiveOf = ({ model, judge, learned }: Task, batch: number): Objective<AnyExpr, AnyExpr> => {
  const { weights: _, ...types } = typesOf(learned, batch)
  return { model, batch: types, loss: (model, values) => judge(model, values, undefined).loss }
}

/** What evaluations measure by, where what fills up the last batch weighs nothing. */
export const evaluationOf = (
  { model, judge }: Learner,
  samples: Samples.Samples,
  batch: number
): Objective<AnyExpr, AnyExpr> => ({
  model,
  batch: typesOf(samples, batch),
  loss: (model, values) => judge(model, values, values["weights"])
})

/** Batches to learn from, without end, in an order that a key decides, from the one of a number on. */
export const learningBatches = (
  { learned }: Task,
  options: { readonly batch: number; readonly key: HostRandom.HostKey; readonly from: number }
): Stream.Stream<Batch, DataError> => SamplesOf.shuffledBatches(learned, options)
