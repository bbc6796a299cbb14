import { assert, describe, it } from "@effect/vitest"
import type { TrainingEvent } from "@residual/train"
import { Effect, Exit, Stream } from "effect"
import { writePieces } from "../src/generation/writePieces.ts"
import { makeDisplay } from "../src/run/display.ts"
import { capture } from "./capture.ts"

const step = (number: number): TrainingEvent => ({
  event: "step",
  step: number,
  loss: 5 - number,
  gradientNorm: 1,
  rate: 0.01,
  tokens: 100,
  seconds: 0.5
})

const events: ReadonlyArray<TrainingEvent> = [
  { event: "started", parameters: 12, from: 0, steps: 3 },
  step(1),
  step(2),
  {
    event: "evaluated",
    step: 2,
    loss: 3.25,
    metrics: { accuracy: 0.5, confusion: [[1]] },
    best: true,
    sinceBest: 0,
    seconds: 0.1
  },
  step(3),
  { event: "finished", steps: 3, loss: 2, seconds: 1.5, reason: "steps" }
]

describe("the display of a run", () => {
  it.effect("draws one line over on a terminal, and prints everything else below it", () =>
    Effect.gen(function* () {
      const { printer, text } = capture({ isTerminal: true, columns: 60 })
      const display = makeDisplay(printer, { json: false, task: "text" })
      for (const event of events) yield* display.show(event)
      yield* display.generated(Stream.make("Call", " me"))
      const redraw = "\r\u001b[K"
      assert.strictEqual(
        text(),
        [
          "12 parameters, 3 steps\n",
          `${redraw}step 1/3  loss 4.0000  rate 1.0e-2  200 tokens/s  0:01 left`,
          `${redraw}step 2/3  loss 3.0000  rate 1.0e-2  200 tokens/s  0:01 left`,
          "\nstep 2: loss 3.2500, accuracy 0.5000 on held-out data\n",
          `${redraw}step 3/3  loss 2.0000  rate 1.0e-2  200 tokens/s  0:00 left`,
          "\nfinished after 3 steps, loss 2.0000\n",
          "\nCall me\n"
        ]
          .map((part) =>
            part.startsWith(redraw) ? redraw + [...part.slice(redraw.length)].slice(0, 59).join("") : part
          )
          .join("")
      )
    })
  )

  it.effect("says where it was stopped, also before the first step", () =>
    Effect.gen(function* () {
      const { printer, text } = capture()
      const display = makeDisplay(printer, { json: false, task: "text" })
      yield* display.interrupted({ step: 7, loss: null, saved: "runs/step-7" })
      assert.strictEqual(text(), "stopped before it went on, after step 7\nsaved as runs/step-7\n")
      yield* display.show(events[0] as TrainingEvent)
      yield* display.interrupted({ step: 0, loss: null, saved: null })
      yield* display.show(step(1))
      yield* display.interrupted({ step: 1, loss: 4, saved: null })
      yield* display.interrupted({ step: 1, loss: 4, saved: "runs/step-1" })
      assert.match(
        text(),
        /\nstopped before the first step\nstep 1\/3 .*\nstopped after step 1 of 3, loss 4\.0000\nnothing .*\nstopped .*\nsaved as runs\/step-1\n$/
      )
    })
  )

  it.effect("says that a model is prepared, where it is so large that this takes a while", () =>
    Effect.gen(function* () {
      const { printer, text } = capture()
      const display = makeDisplay(printer, { json: false, task: "text" })
      yield* display.preparing(999_999)
      yield* display.preparing(1_000_000)
      assert.strictEqual(text(), "preparing 1000000 parameters and their programs\n")
      const json = capture()
      yield* makeDisplay(json.printer, { json: true, task: "text" }).preparing(1_000_000)
      assert.strictEqual(json.text(), "")
    })
  )

  it.effect("ends the line of what is generated where that is stopped in its midst, or fails", () =>
    Effect.gen(function* () {
      const { printer, text } = capture()
      const display = makeDisplay(printer, { json: false, task: "text" })
      const pieces = Stream.concat(Stream.make("Call"), Stream.fromEffect(Effect.interrupt))
      const exit = yield* Effect.exit(display.generated(pieces))
      assert.isTrue(Exit.hasInterrupts(exit))
      yield* display.interrupted({ step: 1, loss: 4, saved: "runs/step-1" })
      assert.match(text(), /^\nCall\nstopped /)
      const nothing = capture()
      yield* Effect.exit(writePieces(nothing.printer, Stream.fail("none")))
      assert.strictEqual(nothing.text(), "")
    })
  )

  it.effect("says from where a run goes on, and what is not as it was", () =>
    Effect.gen(function* () {
      const { printer, text } = capture()
      const display = makeDisplay(printer, { json: false, task: "text" })
      yield* display.resumed({ path: "a", step: 3, differences: ["threads: 2 then, 1 now"], damaged: ["b: damaged"] })
      assert.strictEqual(
        text(),
        "passed over: b: damaged\ngoing on after step 3, from a\nnot to the bit, on another device: threads: 2 then, 1 now\n"
      )
    })
  )
})
