import { makeTrainer } from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"
import { keysOf } from "../task/keys.ts"
import type { Task } from "../task/task.ts"
import { makeOptimiser } from "./makeOptimiser.ts"

/** What a run trains by, on the backend at hand. */
export const openTrainer = ({ optimiser, training: { clip }, seed }: Configuration, { objective, held }: Task) =>
  makeTrainer(objective, {
    optimiser: makeOptimiser(optimiser, objective.model),
    key: keysOf(seed).parameters,
    ...(clip?.norm === null || clip === null ? {} : { clip: clip.norm }),
    ...(held === undefined ? {} : { evaluation: held.objective })
  })
