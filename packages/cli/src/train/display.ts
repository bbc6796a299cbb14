import { TrainingEvent } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { line, type Printer } from "../output.ts"
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
const jsonDisplay = (output: Printer): Display => {
  let progress = noProgress
  const print = (event: unknown): Effect.Effect<void> => line(output, JSON.stringify(event))
  return {
    show: (event) =>
      Effect.suspend(() => {
        progress = advance(progress, event)
        return print(encode(event))
      }),
    generated: (text) => print({ event: "generated", text }),
    interrupted: Effect.suspend(() =>
      print({ event: "interrupted", step: progress.last?.step ?? 0, loss: progress.last?.loss ?? null })
    ),
    settle: Effect.void
  }
}

const clearLine = "\r\u001b[K"

/** A loss as it is shown; `null` stands for one that is not a finite number. */
const inDigits = (loss: number | null): string => loss?.toFixed(4) ?? "not finite"

/** A line drawn over on a terminal, or a line for some of the steps elsewhere. */
const textDisplay = (output: Printer): Display => {
  let progress: Progress = noProgress
  let isDrawn = false
  const settle = Effect.suspend(() => {
    if (!isDrawn) return Effect.void
    isDrawn = false
    return output.write("\n")
  })
  const print = (text: string): Effect.Effect<void> => Effect.andThen(settle, line(output, text))
  const show = (event: TrainingEvent): Effect.Effect<void> => {
    progress = advance(progress, event)
    switch (event.event) {
      case "started":
        return print(`${event.parameters} parameters, ${event.steps} steps`)
      case "step":
        if (!output.isTerminal) return isLogged(progress) ? print(stepLine(progress)) : Effect.void
        isDrawn = true
        return output.write(`${clearLine}${liveLine(progress, output.columns())}`)
      case "skipped":
        return print(`step ${event.step} was not taken: loss ${inDigits(event.loss)}`)
      case "evaluated":
        return print(`step ${event.step}: loss ${inDigits(event.loss)} on held-out text`)
      case "saved":
        return print(`step ${event.step}: saved as ${event.path}`)
      case "finished":
        return print(`finished after ${event.steps} steps, loss ${inDigits(event.loss)}`)
    }
  }
  return {
    show: (event) => Effect.suspend(() => show(event)),
    generated: (text) => print(`\n${text}`),
    interrupted: Effect.suspend(() =>
      print(
        progress.last === undefined
          ? "stopped before the first step"
          : `stopped after step ${progress.last.step} of ${progress.steps}, loss ${progress.last.loss.toFixed(4)}`
      )
    ),
    settle
  }
}

/** How a run is shown on an output: as JSON where that is asked for. */
export const makeDisplay = (output: Printer, json: boolean): Display =>
  json ? jsonDisplay(output) : textDisplay(output)
