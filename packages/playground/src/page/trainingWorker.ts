import * as Schema from "effect/Schema"
import { Report, type Unaddressed } from "../protocol/report.ts"
import type { Request } from "../protocol/request.ts"

/** A run as it is asked for. */
export type RunRequest = Omit<Extract<Request, { readonly _tag: "Start" }>, "_tag">

/** The worker in which models train, as the page sees it. */
export interface TrainingWorker {
  /** Starts a run; one that still goes on is stopped before. */
  readonly start: (request: RunRequest) => void
  /** Stops the run after its step. */
  readonly stop: () => void
}

/** Milliseconds that a worker has to stop a run; a step of a slow backend may take longer. */
const patience = 3000

const isEnd = ({ _tag }: Report): boolean => _tag === "Ended" || _tag === "Failed"

/**
 * A worker that is made when a run is first asked for. One that does not stop in time is ended in the middle of its step,
 * and one that fails is given up; the next run has another. Either way the run's end is reported.
 */
export const makeTrainingWorker = (receive: (report: Report) => void): TrainingWorker => {
  let worker: Worker | undefined
  /** The run whose end was not reported. */
  let current: number | undefined
  let timer: number | undefined
  let isAwaited: (report: Report) => boolean = () => false

  const take = (report: Report): void => {
    if (report.run === current && isEnd(report)) current = undefined
    if (isAwaited(report)) clearTimeout(timer)
    receive(report)
  }
  const give = (up: Worker, report: Unaddressed): void => {
    up.terminate()
    if (worker === up) worker = undefined
    if (current !== undefined) take({ ...report, run: current })
  }
  const make = (): Worker => {
    const made = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" })
    const fail = (message: string): void => give(made, { _tag: "Failed", tag: "WorkerError", message })
    made.addEventListener("message", ({ data }: MessageEvent<unknown>) => take(Schema.decodeUnknownSync(Report)(data)))
    made.addEventListener("messageerror", () => fail("a message could not be read"))
    made.addEventListener("error", (event) => {
      event.preventDefault()
      fail(event.message ?? "its program did not load")
    })
    return made
  }
  const ask = (request: Request): void => {
    worker ??= make()
    worker.postMessage(request)
  }
  const unless = (awaited: (report: Report) => boolean, otherwise: () => void): void => {
    isAwaited = awaited
    clearTimeout(timer)
    timer = setTimeout(otherwise, patience)
  }

  return {
    start: (request) => {
      const [busy, message] = [current !== undefined, { _tag: "Start", ...request } as const]
      current = request.run
      ask(message)
      if (!busy) return
      unless(
        ({ run }) => run === request.run,
        () => {
          worker?.terminate()
          worker = undefined
          ask(message)
        }
      )
    },
    stop: () => {
      const [run, busy] = [current, worker]
      if (run === undefined || busy === undefined) return
      ask({ _tag: "Stop" })
      unless(
        (report) => report.run === run && isEnd(report),
        () => give(busy, { _tag: "Ended", how: "stopped" })
      )
    }
  }
}
