import { TrainingEvent } from "@residual/train"
import { Effect, Schema } from "effect"
import type { Output } from "../output.ts"
import { advance, isLogged, liveLine, noProgress, type Progress, stepLine } from "./progress.ts"

/** How a run is shown. */
export interface Display {
  readonly show: (event: TrainingEvent) => Effect.Effect<void>
  readonly generated: (text: string) => Effect.Effect<void>
  /** Says where a run stopped that was interrupted. */
  readonly interrupted: Effect.Effect<void>
  /** Ends a line that is being drawn over, before something else is printed. */
  readonly settle: Effect.Effect<void>
}

const encode = Schema.encodeSync(TrainingEvent)

/** One JSON event a line. */
const jsonDisplay = (output: Output): Display => {
  let progress = noProgress
  const line = (event: unknown): Effect.Effect<void> => output.line(JSON.stringify(event))
  return {
    show: (event) =>
      Effect.suspend(() => {
        progress = advance(progress, event)
        return line(encode(event))
      }),
    generated: (text) => line({ event: "generated", text }),
    interrupted: Effect.suspend(() =>
      line({ event: "interrupted", step: progress.last?.step ?? 0, loss: progress.last?.loss ?? null })
    ),
    settle: Effect.void
  }
}

const clearLine = "\r\u001b[K"

/** A line drawn over on a terminal, or a line for some of the steps elsewhere. */
const textDisplay = (output: Output): Display => {
  let progress: Progress = noProgress
  let isDrawn = false
  const settle = Effect.suspend(() => {
    if (!isDrawn) return Effect.void
    isDrawn = false
    return output.write("\n")
  })
  const line = (text: string): Effect.Effect<void> => Effect.andThen(settle, output.line(text))
  const show = (event: TrainingEvent): Effect.Effect<void> => {
    progress = advance(progress, event)
    switch (event.event) {
      case "started":
        return line(`${event.parameters} parameters, ${event.steps} steps`)
      case "step":
        if (!output.isTerminal) return isLogged(progress) ? line(stepLine(progress)) : Effect.void
        isDrawn = true
        return output.write(`${clearLine}${liveLine(progress, output.columns())}`)
      case "evaluated":
        return line(`step ${event.step}: loss ${event.loss.toFixed(4)} on held-out text`)
      case "finished":
        return line(`finished after ${event.steps} steps, loss ${event.loss.toFixed(4)}`)
    }
  }
  return {
    show: (event) => Effect.suspend(() => show(event)),
    generated: (text) => line(`\n${text}`),
    interrupted: Effect.suspend(() =>
      line(
        progress.last === undefined
          ? "stopped before the first step"
          : `stopped after step ${progress.last.step} of ${progress.steps}, loss ${progress.last.loss.toFixed(4)}`
      )
    ),
    settle
  }
}

/** How a run is shown on an output: as JSON where that is asked for. */
export const makeDisplay = (output: Output, json: boolean): Display =>
  json ? jsonDisplay(output) : textDisplay(output)
