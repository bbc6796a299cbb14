import { collectMetrics } from "../metric/collectMetrics.ts"
import { checkSettings, counting, natural, notNegative } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import type { FitOptions } from "./fitOptions.ts"
import type { Trainer } from "./trainer.ts"

/** Throws a `SettingError` for a run's options that make no sense. */
export const checkFitOptions = <E, R>(trainer: Trainer, { steps, skips = 0, evaluation }: FitOptions<E, R>): void => {
  checkSettings("fit", { steps: [natural, steps], skips: [natural, skips] })
  if (evaluation === undefined) return
  const { every, patience = 1, improvement = 0, metrics = [] } = evaluation
  checkSettings("fit", {
    "evaluation.every": [counting, every],
    "evaluation.patience": [counting, patience],
    "evaluation.improvement": [notNegative, improvement]
  })
  collectMetrics(metrics)
  if (trainer.evaluation === undefined) {
    const expected = "a trainer that was made with an `evaluation`, an objective for held-out data"
    throw new SettingError({ owner: "fit", setting: "evaluation", given: `every ${every} steps`, expected })
  }
}
