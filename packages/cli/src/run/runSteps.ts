import type { Configuration } from "../configuration/configuration.ts"
import type { Task } from "../task/task.ts"

/** How many steps a run makes, and after how many of them, each time, it is measured. */
export interface RunSteps {
  readonly steps: number
  readonly evaluateEvery: number
}

/** How often a run is measured that does not say. */
const evaluations = 10

/** The steps of a run: those that it is to make, or those in which it sees its data so often. */
export const stepsOf = (
  { training: { steps, epochs, batch, accumulate, evaluateEvery } }: Configuration,
  { samplesOfEpoch }: Task
): RunSteps => {
  const all = steps ?? Math.max(1, Math.ceil(((epochs ?? 1) * samplesOfEpoch) / (batch * accumulate)))
  return { steps: all, evaluateEvery: evaluateEvery ?? Math.ceil(all / evaluations) }
}
