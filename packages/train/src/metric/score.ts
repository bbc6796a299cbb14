import { SettingError } from "../setting/settingError.ts"
import { type ClassCounts, type ClassScores, classScores, type Scores } from "./classScores.ts"
import type { ClassesOptions } from "./confusionMatrix.ts"
import type { Metric } from "./metric.ts"

/** The settings of `precision`, `recall` and `f1Score`. */
export interface ScoreOptions extends ClassesOptions {
  /** The mean over classes, which is the default, all rows together, or the class of a number: see `ClassScores`. */
  readonly of?: "macro" | "micro" | number
}

const score =
  (owner: string, read: (scores: Scores) => number) =>
  (options: ScoreOptions): Metric<ClassCounts, number> => {
    const { of = "macro", classes } = options
    const metric = classScores({ ...options, name: options.name ?? owner })
    if (typeof of === "number" && !(Number.isInteger(of) && of >= 0 && of < classes)) {
      throw new SettingError({ owner, setting: "of", given: of, expected: `a class from 0 to ${classes - 1}` })
    }
    const choose = (scores: ClassScores): Scores =>
      typeof of === "number" ? (scores.perClass[of] as Scores) : scores[of]
    return { ...metric, value: (counts) => read(choose(metric.value(counts))) }
  }

/**
 * The share of rows taken for a class that were of it; see `classScores`.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { precision } from "@residual/train"
 * const { initial, add, value } = precision({ classes: 2, of: 1 })
 * const batch = { targets: Tensor.make([1, 1, 0, 0], { dtype: "i32" }) }
 * value(add(initial, { outputs: { logits: Tensor.make([2, -1, -3, 4]) }, batch })) // => 0.5
 * ```
 */
export const precision = score("precision", (scores) => scores.precision)

/**
 * The share of a class's rows that were taken for it; see `classScores`.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { recall } from "@residual/train"
 * const { initial, add, value } = recall({ classes: 2, of: 1 })
 * const batch = { targets: Tensor.make([1, 1, 0, 0], { dtype: "i32" }) }
 * value(add(initial, { outputs: { logits: Tensor.make([2, 1, -3, 4]) }, batch })) // => 1
 * ```
 */
export const recall = score("recall", (scores) => scores.recall)

/**
 * The harmonic mean of precision and recall; see `classScores`. The mean over classes is that of their F1.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { f1Score } from "@residual/train"
 * const { initial, add, value } = f1Score({ classes: 2, of: 1 })
 * const batch = { targets: Tensor.make([1, 1, 0, 0], { dtype: "i32" }) }
 * value(add(initial, { outputs: { logits: Tensor.make([2, 1, -3, 4]) }, batch })) // => 0.8
 * ```
 */
export const f1Score = score("f1Score", (scores) => scores.f1)
