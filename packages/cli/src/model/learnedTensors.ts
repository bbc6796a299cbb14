import { averagedParameters, type Checkpoint, modelTensors } from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"

/** A run's model among what its Store holds: with the average of its parameters, where it keeps one. */
export const learnedTensors = (
  { training: { average } }: Configuration,
  tensors: Checkpoint["tensors"]
): Checkpoint["tensors"] =>
  average === null ? modelTensors(tensors) : { ...modelTensors(tensors), ...averagedParameters(tensors) }
