import { checkSettings, counting } from "../setting/checkSettings.ts"
import { type ClassesOptions, checkClasses } from "./confusionMatrix.ts"
import { eachPrediction, predictedClass } from "./eachPrediction.ts"
import type { Metric } from "./metric.ts"

/** How well a class is found, or classes are. Each is 0 where it would be a share of nothing. */
export interface Scores {
  /** The share of rows taken for the class that were of it. */
  readonly precision: number
  /** The share of the class's rows that were taken for it. */
  readonly recall: number
  /** The harmonic mean of precision and recall. */
  readonly f1: number
}

/** Scores of all classes. */
export interface ClassScores {
  /** Those of each class, and how many rows were of it. */
  readonly perClass: ReadonlyArray<Scores & { readonly support: number }>
  /** The means over the classes that occurred or were predicted, each counting the same. */
  readonly macro: Scores
  /** Those of all rows together, each counting the same; as every row is of one class, all three are the accuracy. */
  readonly micro: Scores
}

/** For each class, the weight of the rows that were found, that were taken for it, and that were of it. */
export interface ClassCounts {
  readonly found: ReadonlyArray<number>
  readonly predicted: ReadonlyArray<number>
  readonly occurred: ReadonlyArray<number>
}

/**
 * Precision, recall and F1 of each class and of all of them. `precision`, `recall` and `f1Score` are single numbers.
 *
 * Shape: as for `accuracy`. Throws a `SettingError` unless `classes` is a whole number from 1; adding a batch throws a
 * `MetricError` for a target that is no class, and for logits of another number of classes.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { classScores } from "@residual/train"
 * const { initial, add, value } = classScores({ classes: 2 })
 * const logits = Tensor.make([[0, 2], [3, 1], [1, 0]])
 * const batch = { targets: Tensor.make([1, 1, 0], { dtype: "i32" }) }
 * const { perClass } = value(add(initial, { outputs: { logits }, batch }))
 * perClass[1] // => { precision: 1, recall: 0.5, f1: 2 / 3, support: 2 }
 * ```
 */
export const classScores = (options: ClassesOptions): Metric<ClassCounts, ClassScores> => {
  const { classes, name = "classScores" } = options
  checkSettings(name, { classes: [counting, classes] })
  const none = new Array<number>(classes).fill(0)
  return {
    name,
    initial: { found: none, predicted: none, occurred: none },
    add: (state, result) => {
      const [found, predicted, occurred] = [state.found.slice(), state.predicted.slice(), state.occurred.slice()]
      const count = (counts: Array<number>, at: number, weight: number): void => {
        counts[at] = (counts[at] as number) + weight
      }
      eachPrediction(name, result, options, (prediction) => {
        checkClasses(name, classes, prediction.classes)
        const { target, weight } = prediction
        const chosen = predictedClass(prediction)
        count(predicted, chosen, weight)
        count(occurred, target, weight)
        if (chosen === target) count(found, target, weight)
      })
      return { found, predicted, occurred }
    },
    value: scoresOf
  }
}

const scoresOf = ({ found, predicted, occurred }: ClassCounts): ClassScores => {
  const perClass = occurred.map((support, at) => ({
    ...scores(found[at] as number, predicted[at] as number, support),
    support
  }))
  const seen = perClass.filter(({ support }, at) => support + (predicted[at] as number) > 0)
  const mean = (read: (scores: Scores) => number): number => share(sum(seen.map(read)), seen.length)
  return {
    perClass,
    macro: {
      precision: mean(({ precision }) => precision),
      recall: mean(({ recall }) => recall),
      f1: mean(({ f1 }) => f1)
    },
    micro: scores(sum(found), sum(predicted), sum(occurred))
  }
}

const scores = (found: number, predicted: number, occurred: number): Scores => ({
  precision: share(found, predicted),
  recall: share(found, occurred),
  f1: share(2 * found, predicted + occurred)
})

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)
