import { makeTrainer } from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"
import { keysOf } from "../task/keys.ts"
import { evaluationOf, objectiveOf, type Task } from "../task/task.ts"
import { makeOptimiser } from "./makeOptimiser.ts"

/** What a run trains by, on the backend at hand. */
export const openTrainer = (configuration: Configuration, task: Task) => {
  const { clip, batch, accumulate, average } = configuration.training
  return makeTrainer(objectiveOf(task, batch), {
    optimiser: makeOptimiser(configuration, task.model),
    key: keysOf(configuration.seed).parameters,
    accumulate,
    ...(average === null ? {} : { evaluates: "average" }),
    ...(typeof clip?.norm === "number" ? { clip: clip.norm } : {}),
    ...(typeof clip?.value === "number" ? { clipValue: clip.value } : {}),
    ...(task.held === undefined ? {} : { evaluation: evaluationOf(task, task.held, batch) })
  })
}
