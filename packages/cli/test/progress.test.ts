import { assert, describe, it } from "@effect/vitest"
import type { TrainingEvent } from "@residual/train"
import { advance, isLogged, liveLine, noProgress, type Progress, stepLine } from "../src/run/progress.ts"

const step = (number: number, loss: number): TrainingEvent => ({
  event: "step",
  step: number,
  loss,
  gradientNorm: 1,
  rate: 0.00312,
  tokens: 256,
  seconds: 0.5
})

const after = (steps: number, losses: ReadonlyArray<number>): Progress =>
  losses.reduce(
    (progress, loss, at) => advance(progress, step(at + 1, loss)),
    advance(noProgress, { event: "started", parameters: 10, from: 0, steps })
  )

describe("the progress of a run", () => {
  it("shows step, loss, rate, speed and the time that is left", () => {
    assert.strictEqual(
      stepLine(after(100, [3, 2.5, 2.41312]), "images"),
      "step   3/100  loss 2.4131  rate 3.1e-3  512 images/s  0:49 left"
    )
  })

  it("ends a live line with the curve of the losses, and keeps to the terminal's width", () => {
    const progress = after(4, [4, 3, 2, 1])
    assert.isTrue(liveLine(progress, 200, "rows").endsWith("0:00 left  █▆▃▁"))
    assert.strictEqual([...liveLine(progress, 30, "rows")].length, 29)
    const base = stepLine(progress, "rows").length + 2
    // All of the run in the columns that are left, and not its beginning alone.
    assert.isTrue(liveLine(progress, base + 3, "rows").endsWith("left  █▁"))
  })

  it("logs about twenty steps, the first and the last among them", () => {
    const logged = (steps: number) => {
      const losses = Array.from({ length: steps }, () => 1)
      return losses.flatMap((_, at) => (isLogged(after(steps, losses.slice(0, at + 1))) ? [at + 1] : []))
    }
    assert.deepStrictEqual(logged(3), [1, 2, 3])
    const long = logged(300)
    assert.strictEqual(long[0], 1)
    assert.strictEqual(long.at(-1), 300)
    assert.isTrue(long.length > 15 && long.length < 25)
  })
})
