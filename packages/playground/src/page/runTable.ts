import { stepsPerSecond } from "./curve.ts"
import { element } from "./element.ts"
import { backendTitles } from "./names.ts"
import { count, loss, measure, percent } from "./numbers.ts"
import { isActive, type Run } from "./run.ts"

const absent = "–"

const shown = (value: number | undefined, write: (value: number) => string, otherwise = absent): string =>
  value === undefined ? otherwise : write(value)

const ofAll = (steps: number): string => ` of ${count(steps)}`

const rowOf = (run: Run): HTMLTableRowElement => {
  const { backend, curve, steps, accuracy, model } = run
  const made = curve.losses.length
  const cells = [
    element("td", {}, made === 0 ? absent : count(made), element("span", { class: "of" }, shown(steps, ofAll, ""))),
    element("td", {}, shown(curve.smoothed.at(-1), loss)),
    ...(model === "digits" ? [element("td", {}, shown(accuracy, percent))] : []),
    element("td", {}, shown(stepsPerSecond(curve), measure)),
    element(
      "td",
      {},
      shown(curve.seconds.at(-1), (seconds) => `${measure(seconds)} s`)
    )
  ]
  const name = element(
    "th",
    { scope: "row" },
    element("span", { class: "swatch", "data-backend": backend }),
    backendTitles[backend]
  )
  return element("tr", isActive(run) ? { class: "active" } : {}, name, ...cells)
}

/** Shows the runs of a model as the rows of a table, which says the same as the chart in numbers. */
export const showRuns = (body: HTMLElement, runs: ReadonlyArray<Run>): void => {
  body.replaceChildren(...runs.map(rowOf))
}
