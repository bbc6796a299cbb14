import type { TrainingEvent } from "../fit/trainingEvent.ts"

/**
 * The numbers that a training event tells, by the names that they have in charts: `train/loss`, `train/gradient_norm`,
 * `train/rate` and `train/elements_per_second` of a step; `train/skipped`, always 1, and `train/loss_scale` of one that was
 * not taken; `validation/loss` of an evaluation, and its metrics, `validation/accuracy` say. Of a metric that holds several
 * numbers, each has the path to it (`validation/classScores/macro/f1`); lists are left out. Numbers that are not finite are,
 * too. An event without numbers has none.
 *
 * ```ts
 * import { eventScalars } from "@residual/train"
 * const evaluated = { best: true, sinceBest: 0, seconds: 1, metrics: { accuracy: 0.75 } }
 * eventScalars({ event: "evaluated", step: 10, loss: 0.5, ...evaluated })
 * // => { "validation/loss": 0.5, "validation/accuracy": 0.75 }
 * ```
 */
export const eventScalars = (event: TrainingEvent): Readonly<Record<string, number>> => {
  switch (event.event) {
    case "step": {
      const { loss, gradientNorm, rate, tokens, seconds } = event
      const speed = { elements_per_second: tokens / seconds }
      return numbersIn("train", { loss, gradient_norm: gradientNorm, rate, ...speed })
    }
    case "skipped":
      return numbersIn("train", { skipped: 1, loss_scale: event.lossScale })
    case "evaluated":
      return numbersIn("validation", { loss: event.loss, ...event.metrics })
    case "started":
    case "saved":
    case "finished":
      return {}
  }
}

/** The finite numbers in a value, by their paths. */
const numbersIn = (path: string, value: unknown): Readonly<Record<string, number>> => {
  if (typeof value === "number") return Number.isFinite(value) ? { [path]: value } : {}
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {}
  return Object.assign({}, ...Object.entries(value).map(([name, part]) => numbersIn(`${path}/${name}`, part)))
}
