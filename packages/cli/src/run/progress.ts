import type { TrainingEvent } from "@residual/train"
import { duration } from "./duration.ts"
import { addLoss, type LossHistory, lossCurve, noLosses } from "./lossCurve.ts"

type StepEvent = Extract<TrainingEvent, { readonly event: "step" }>

/** Everything about a run so far that its display shows. */
export interface Progress {
  readonly steps: number
  readonly last: StepEvent | undefined
  /** Steps that this run has made. */
  readonly made: number
  readonly losses: LossHistory
  readonly seconds: number
  readonly tokens: number
}

/** The progress of a run that has made no step yet. */
export const noProgress: Progress = { steps: 0, last: undefined, made: 0, losses: noLosses, seconds: 0, tokens: 0 }

/** The progress after one more event. */
export const advance = (progress: Progress, event: TrainingEvent): Progress => {
  if (event.event === "started") return { ...noProgress, steps: event.steps }
  if (event.event !== "step") return progress
  return {
    steps: progress.steps,
    last: event,
    made: progress.made + 1,
    losses: addLoss(progress.losses, event.loss),
    seconds: progress.seconds + event.seconds,
    tokens: progress.tokens + event.tokens
  }
}

/** The last step as one line: `step 12/300  loss 2.4131  rate 3.1e-3  2104 tokens/s  0:31 left`. */
export const stepLine = ({ steps, last, made, seconds, tokens }: Progress, unit: string): string => {
  if (last === undefined) return ""
  const speed = seconds > 0 ? Math.round(tokens / seconds) : 0
  const left = (seconds / made) * (steps - last.step)
  return [
    `step ${String(last.step).padStart(String(steps).length)}/${steps}`,
    `loss ${last.loss.toFixed(4)}`,
    `rate ${last.rate.toExponential(1)}`,
    `${speed} ${unit}/s`,
    `${duration(left)} left`
  ].join("  ")
}

/** Columns that the loss curve takes at most. */
const widestCurve = 24

/** The same with the curve of all losses in what room a terminal's width leaves, for a display that is drawn over. */
export const liveLine = (progress: Progress, columns: number, unit: string): string => {
  const text = `${stepLine(progress, unit)}  `
  // In the last column, terminals may begin a new line.
  const room = Math.max(0, columns - 1)
  const curve = lossCurve(progress.losses.means, Math.min(widestCurve, Math.max(0, room - text.length)))
  return [...`${text}${curve}`].slice(0, room).join("")
}

/** Whether a step is one of the about twenty of a run that a log shows. */
export const isLogged = ({ steps, last }: Progress): boolean =>
  last !== undefined &&
  (last.step === 1 || last.step === steps || last.step % Math.max(1, Math.round(steps / 20)) === 0)
