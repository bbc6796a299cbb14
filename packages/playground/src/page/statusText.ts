import type { Report } from "../protocol/report.ts"
import { backendTitles, modelTitles } from "./names.ts"
import { count, loss } from "./numbers.ts"
import type { Run } from "./run.ts"

/** What is awaited before the first step, in words. */
export const preparingText = (what: Extract<Report, { readonly _tag: "Preparing" }>["what"], run: Run): string =>
  what === "data"
    ? "Loading what is learned from …"
    : `Compiling the ${modelTitles[run.model]} for ${backendTitles[run.backend]} …`

/** Where a run is, in words that change seldom: they are read out. */
export const statusText = ({ model, backend, state, curve }: Run): string => {
  const made = curve.losses.length
  const what = `the ${modelTitles[model]} on ${backendTitles[backend]}`
  const end = curve.smoothed.at(-1)
  const where = `after ${count(made)} step${made === 1 ? "" : "s"}${end === undefined ? "" : `, loss ${loss(end)}`}`
  switch (state) {
    case "preparing":
      return `Preparing ${what} …`
    case "running":
      return `Training ${what}.`
    case "stopping":
      return "Stopping after the step at hand …"
    case "finished":
      return `Trained ${what} to the end, ${where}.`
    case "stopped":
      return `Stopped ${what} ${where}.`
    case "failed":
      return `${backendTitles[backend]} failed ${where}.`
  }
}
