import type { TrainingEvent } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { TaskName } from "../configuration/configuration.ts"
import { writePieces } from "../generation/writePieces.ts"
import { line, type Printer } from "../output.ts"
import { metricsText } from "./metricsText.ts"
import { advance, isLogged, liveLine, noProgress, type Progress, stepLine } from "./progress.ts"
import { type Interrupted, type Resumed, RunEvent } from "./runEvent.ts"

/** What shows a run. */
export interface Display {
  /** Says that a model of so many parameters is being prepared, where that takes a while. */
  readonly preparing: (parameters: number) => Effect.Effect<void>
  readonly show: (event: TrainingEvent) => Effect.Effect<void>
  readonly resumed: (at: Omit<Resumed, "event">) => Effect.Effect<void>
  /** Shows what is generated as it comes. */
  readonly generated: <E, R>(pieces: Stream.Stream<string, E, R>) => Effect.Effect<void, E, R>
  /** Says where a run stopped that was interrupted. */
  readonly interrupted: (at: Omit<Interrupted, "event">) => Effect.Effect<void>
  /** Ends a line that is being drawn over, before something else is printed. */
  readonly settle: Effect.Effect<void>
}

const encode = Schema.encodeSync(RunEvent)

/** One JSON event a line. */
const jsonDisplay = (output: Printer): Display => {
  const print = (event: RunEvent): Effect.Effect<void> => line(output, JSON.stringify(encode(event)))
  return {
    preparing: () => Effect.void,
    show: print,
    resumed: (at) => print({ event: "resumed", ...at }),
    generated: (pieces) => Effect.flatMap(Stream.mkString(pieces), (text) => print({ event: "generated", text })),
    interrupted: (at) => print({ event: "interrupted", ...at }),
    settle: Effect.void
  }
}

const clearLine = "\r\u001b[K"

/** A loss as it is shown; `null` stands for one that is not a finite number. */
const inDigits = (loss: number | null): string => loss?.toFixed(4) ?? "not finite"

/** From so many parameters on, the first step is more than a second away. */
const manyParameters = 1_000_000

/** A line drawn over on a terminal, or a line for some of the steps elsewhere. */
const textDisplay = (output: Printer, unit: string): Display => {
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
        if (!output.isTerminal) return isLogged(progress) ? print(stepLine(progress, unit)) : Effect.void
        isDrawn = true
        return output.write(`${clearLine}${liveLine(progress, output.columns(), unit)}`)
      case "skipped":
        return print(`step ${event.step} was not taken: loss ${inDigits(event.loss)}`)
      case "evaluated":
        return print(`step ${event.step}: loss ${inDigits(event.loss)}${metricsText(event.metrics)} on held-out data`)
      case "saved":
        return print(`step ${event.step}: saved as ${event.path}`)
      case "finished":
        return print(`finished after ${event.steps} steps, loss ${inDigits(event.loss)}`)
    }
  }
  return {
    preparing: (parameters) =>
      parameters < manyParameters ? Effect.void : print(`preparing ${parameters} parameters and their programs`),
    show: (event) => Effect.suspend(() => show(event)),
    resumed: ({ path, step, differences, damaged }) =>
      print(
        [
          ...damaged.map((reason) => `passed over: ${reason}`),
          `going on after step ${step}, from ${path}`,
          ...differences.map((difference) => `not to the bit, on another device: ${difference}`)
        ].join("\n")
      ),
    generated: (pieces) => Effect.andThen(print(""), writePieces(output, pieces)),
    interrupted: ({ step, loss, saved }) =>
      print(
        step === 0
          ? "stopped before the first step"
          : [
              progress.steps === 0
                ? `stopped before it went on, after step ${step}`
                : `stopped after step ${step} of ${progress.steps}, loss ${inDigits(loss)}`,
              saved === null ? "nothing of it is saved: --checkpoints names a folder for that" : `saved as ${saved}`
            ].join("\n")
      ),
    settle
  }
}

/** What steps learn from, as it is counted. */
const units: Readonly<Record<TaskName, string>> = { text: "tokens", names: "tokens", table: "rows", images: "images" }

/** How a run is shown. */
export interface DisplayOptions {
  /** Whether it is one JSON object a line. */
  readonly json: boolean
  readonly task: TaskName
}

/** How a run is shown on an output: as JSON where that is asked for. */
export const makeDisplay = (output: Printer, { json, task }: DisplayOptions): Display =>
  json ? jsonDisplay(output) : textDisplay(output, units[task])
