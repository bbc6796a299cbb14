import { makeStore } from "@residual/backends"
import { Model } from "@residual/core"
import { type FoundCheckpoint, matchParameters } from "@residual/train"
import * as Effect from "effect/Effect"
import type { Configuration } from "../configuration/configuration.ts"
import type { Learner } from "../task/task.ts"
import { fitting } from "./fitting.ts"
import { learnedTensors } from "./learnedTensors.ts"

/** A Store with what a checkpoint's model has learned. Fails where it is of another model. */
export const openModel = (configuration: Configuration, { model }: Learner, { path, tensors }: FoundCheckpoint) => {
  const expected = { ...Model.parameters(model), ...Model.states(model) }
  const matched = fitting(path, matchParameters(expected, learnedTensors(configuration, tensors)))
  return Effect.flatMap(matched, ({ matched }) => makeStore(matched))
}
