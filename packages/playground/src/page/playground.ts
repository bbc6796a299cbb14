import type { ModelName } from "../protocol/names.ts"
import type { Report } from "../protocol/report.ts"
import { makeChart } from "./chart/chart.ts"
import { showCode } from "./code.ts"
import { axisOf, choiceOf } from "./controls.ts"
import { makeDigitList } from "./digitList.ts"
import { showFailure } from "./failure.ts"
import { find } from "./find.ts"
import { count, percent } from "./numbers.ts"
import { showProgress } from "./progress.ts"
import { isActive, newRun, type Run, runAfter } from "./run.ts"
import { showRuns } from "./runTable.ts"
import { makeSampleList } from "./sampleList.ts"
import { preparingText, statusText } from "./statusText.ts"
import { makeTrainingWorker } from "./trainingWorker.ts"
import { webGpuAbsence } from "./webGpuAbsence.ts"

/** Runs of a model in the order of its backends, which is that of their curves. */
const order = ["reference", "cpu", "webgpu"] as const

/** Makes the page work. */
export const startPlayground = (): void => {
  const form = find("controls", HTMLFormElement)
  const [start, stop] = [find("start", HTMLButtonElement), find("stop", HTMLButtonElement)]
  const progress = find("progress", HTMLProgressElement)
  const [status, failure] = [find("status", HTMLElement), find("failure", HTMLElement)]
  const axis = find("axis", HTMLFieldSetElement)
  const chart = makeChart(find("chart", HTMLElement))
  const samples = makeSampleList(find("samples", HTMLElement), find("samples-empty", HTMLElement))
  const digits = makeDigitList(find("digits", HTMLElement), find("digits-empty", HTMLElement))

  /** The latest run of each model on each backend. */
  let runs: ReadonlyArray<Run> = []
  let latest: Run | undefined
  let started = 0
  const worker = makeTrainingWorker((report) => receive(report))

  /** Keeps and shows what is known of a run from now on. */
  const update = (run: Run): void => {
    latest = run
    runs = [...runs.filter(({ model, backend }) => model !== run.model || backend !== run.backend), run]
    const active = isActive(run)
    start.disabled = active || absenceOf() !== undefined
    stop.disabled = !active || run.state === "stopping"
    showProgress(progress, run)
    showCurves(choiceOf(form).model)
  }

  const showCurves = (model: ModelName): void => {
    const own = order.flatMap((name) => runs.filter((run) => run.model === model && run.backend === name))
    chart.draw({ curves: own, axis: axisOf(axis) })
    showRuns(find("runs", HTMLElement), own)
  }

  const say = (text: string): void => {
    status.textContent = text
  }

  /** Shows what a report says beside how far its run is. */
  const show = (report: Report, run: Run): void => {
    switch (report._tag) {
      case "Preparing":
        say(preparingText(report.what, run))
        break
      case "Started":
      case "Ended":
      case "Failed":
        say(statusText(run))
        break
      case "Sampling":
        samples.begin(run.backend, report.step, report.prompt)
        break
      case "Sampled":
        samples.extend(report.text)
        break
      case "Shown":
        digits.show(report.images)
        break
      case "Evaluated":
        digits.guess(report.guesses)
        find("accuracy", HTMLElement).textContent =
          `${percent(report.accuracy)} of ${count(report.count)} digits that it never learned from`
        break
    }
    if (report._tag === "Failed") showFailure(failure, report, run.backend)
  }

  /** A report of the run at hand; those of runs that were given up come to nothing. */
  const receive = (report: Report): void => {
    if (latest === undefined || report.run !== latest.number || !isActive(latest)) return
    const run = runAfter(latest, report)
    if (run !== latest) update(run)
    show(report, run)
  }

  const begin = (): void => {
    const { model, backend } = choiceOf(form)
    failure.hidden = true
    if (model !== "digits") samples.clear()
    const run = newRun(++started, model, backend)
    update(run)
    say(statusText(run))
    worker.start({ run: run.number, model, backend })
  }

  const halt = (): void => {
    if (latest === undefined || !isActive(latest)) return
    const stopping: Run = { ...latest, state: "stopping" }
    update(stopping)
    say(statusText(stopping))
    worker.stop()
  }

  /** Why nothing can run on the chosen backend. */
  const absenceOf = (): string | undefined => (choiceOf(form).backend === "webgpu" ? webGpuAbsence() : undefined)

  const showChoice = (): void => {
    const { model, backend } = choiceOf(form)
    const absence = absenceOf()
    const notice = find("backend-notice", HTMLElement)
    notice.textContent = absence ?? ""
    notice.hidden = absence === undefined
    start.disabled = absence !== undefined || (latest !== undefined && isActive(latest))
    showCode(find("code", HTMLElement), backend)
    find("samples-card", HTMLElement).hidden = model === "digits"
    find("digits-card", HTMLElement).hidden = model !== "digits"
    document.body.dataset["model"] = model
    if (model !== "digits" && model !== latest?.model) samples.clear()
    showCurves(model)
  }

  form.addEventListener("change", () => {
    showChoice()
    const { model, backend } = choiceOf(form)
    if (latest === undefined || !isActive(latest)) return
    if (model === latest.model && backend === latest.backend) return
    // The same model starts anew on another backend; another model waits for its own start.
    const goesOn = model === latest.model && absenceOf() === undefined
    receive({ _tag: "Ended", run: latest.number, how: "stopped" })
    if (goesOn) begin()
    else worker.stop()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (!start.disabled) begin()
  })
  stop.addEventListener("click", halt)
  axis.addEventListener("change", () => showCurves(choiceOf(form).model))

  const cores = navigator.hardwareConcurrency
  find("cpu-about", HTMLElement).append(
    !crossOriginIsolated
      ? ", one thread: this page is not isolated from other origins"
      : cores === 1
        ? ", one thread"
        : `, up to ${cores} threads`
  )
  showChoice()
}
