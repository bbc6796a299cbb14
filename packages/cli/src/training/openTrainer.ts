import { makeTrainer } from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"
import { keysOf } from "../task/keys.ts"
import { evaluationOf, objectiveOf, type Task } from "../task/task.ts"
import { makeOptimiser } from "./makeOptimiser.ts"

/** What a run trains by, on the backend at hand. */
export const openTrainer = ({ optimiser, training, seed }: Configuration, task: Task) => {
  const { clip, batch, accumulate } = training
  return makeTrainer(objectiveOf(task, batch), {
    optimiser: makeOptimiser(optimiser, task.model),
    key: keysOf(seed).parameters,
    accumulate,
    ...(typeof clip?.norm === "number" ? { clip: clip.norm } : {}),
    ...(typeof clip?.value === "number" ? { clipValue: clip.value } : {}),
    ...(task.held === undefined ? {} : { evaluation: evaluationOf(task, task.held, batch) })
  })
}
