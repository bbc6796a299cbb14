import { isActive, type Run } from "./run.ts"

/** Shows how much of a run is made: an unknown part while it is being prepared. */
export const showProgress = (progress: HTMLProgressElement, run: Run): void => {
  if (run.steps !== undefined) progress.value = run.curve.losses.length / run.steps
  else if (isActive(run)) progress.removeAttribute("value")
  else progress.value = 0
}
