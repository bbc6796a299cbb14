import type { TrainingEvent } from "../fit/trainingEvent.ts"
import type { Curve } from "./curve.ts"
import { curveRecorder } from "./curveRecorder.ts"

/**
 * The losses that a run tells of, by its steps: `train` and, where there are any, `validation`. Of a run that went on from a
 * step, what was told of later ones before does not count. A long curve has means of neighbours, some hundreds of them.
 *
 * ```ts
 * import { lossCurves } from "@residual/train"
 * const step = { event: "step", gradientNorm: 1, rate: 0.1, tokens: 8, seconds: 0.1 } as const
 * lossCurves([{ ...step, step: 1, loss: 0.7 }, { ...step, step: 2, loss: 0.6 }])
 * // => [{ name: "train", points: [[1, 0.7], [2, 0.6]] }]
 * ```
 */
export const lossCurves = (events: Iterable<TrainingEvent>): ReadonlyArray<Curve> => {
  const recorder = lossRecorder()
  for (const event of events) recorder.add(event)
  return recorder.curves()
}

/** `lossCurves` of events that come one at a time. */
export const lossRecorder = () => {
  const train = curveRecorder()
  const validation = curveRecorder()
  return {
    add: (event: TrainingEvent): void => {
      if (event.event === "started") {
        train.forgetAfter(event.from)
        validation.forgetAfter(event.from)
      }
      if (event.event === "step") train.add(event.step, event.loss)
      if (event.event === "evaluated" && event.loss !== null) validation.add(event.step, event.loss)
    },
    curves: (): ReadonlyArray<Curve> => {
      const held = validation.points()
      const curves = [{ name: "train", points: train.points() }]
      return held.length === 0 ? curves : [...curves, { name: "validation", points: held }]
    }
  }
}
