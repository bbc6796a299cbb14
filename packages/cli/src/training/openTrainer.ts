import { Model, TensorType } from "@residual/core"
import { type Checkpoint, makeTrainer } from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"
import { keysOf } from "../task/keys.ts"
import { evaluationOf, objectiveOf, type Task } from "../task/task.ts"
import { makeOptimiser } from "./makeOptimiser.ts"

/** What a run trains by, on the backend at hand. Parameters that are known, of its checkpoint, are not drawn. */
export const openTrainer = (configuration: Configuration, task: Task, known: Checkpoint["tensors"] = {}) => {
  const { clip, batch, accumulate, average } = configuration.training
  return makeTrainer(objectiveOf(task, batch), {
    optimiser: makeOptimiser(configuration, task.model),
    key: keysOf(configuration.seed).parameters,
    parameters: parametersIn(known, task.model),
    accumulate,
    ...(average === null ? {} : { evaluates: "average" }),
    ...(typeof clip?.norm === "number" ? { clip: clip.norm } : {}),
    ...(typeof clip?.value === "number" ? { clipValue: clip.value } : {}),
    ...(task.held === undefined ? {} : { evaluation: evaluationOf(task, task.held, batch) })
  })
}

/** A model's parameters among tensors; those of another type are left to whoever compares the whole. */
const parametersIn = (tensors: Checkpoint["tensors"], model: Task["model"]): Checkpoint["tensors"] => {
  const parameters = Model.parameters(model)
  return Object.fromEntries(
    Object.entries(tensors).filter(([path, { type }]) => {
      const parameter = Object.hasOwn(parameters, path) ? parameters[path] : undefined
      return parameter !== undefined && TensorType.equals(parameter, type)
    })
  )
}
