import type { BackendName, ModelName } from "../protocol/names.ts"
import type { Report } from "../protocol/report.ts"
import { type Curve, extend, noCurve } from "./curve.ts"

/** What the page knows of a run. */
export interface Run {
  readonly number: number
  readonly model: ModelName
  readonly backend: BackendName
  readonly state: "preparing" | "running" | "stopping" | "finished" | "stopped" | "failed"
  /** How many steps it is to make, once that is known. */
  readonly steps: number | undefined
  readonly curve: Curve
  /** The share of held-out digits that it reads rightly, if it reads digits. */
  readonly accuracy: number | undefined
}

/** A run before anything is known of it. */
export const newRun = (number: number, model: ModelName, backend: BackendName): Run => ({
  number,
  model,
  backend,
  state: "preparing",
  steps: undefined,
  curve: noCurve,
  accuracy: undefined
})

/** Whether a run still goes on. */
export const isActive = ({ state }: Run): boolean =>
  state === "preparing" || state === "running" || state === "stopping"

/** The run after a report of its worker. */
export const runAfter = (run: Run, report: Report): Run => {
  switch (report._tag) {
    case "Started":
      return { ...run, state: "running", steps: report.steps }
    case "Stepped":
      return { ...run, curve: extend(run.curve, report.losses, report.seconds) }
    case "Evaluated":
      return { ...run, accuracy: report.accuracy }
    case "Ended":
      return { ...run, state: report.how }
    case "Failed":
      return { ...run, state: "failed" }
    default:
      return run
  }
}
