import type { TrainingEvent } from "@residual/train"
import type { Finding } from "./finding.ts"
import type { RecordedRun } from "./recordedRun.ts"
import type { TrainingTolerance } from "./trainingTolerance.ts"

const relative = (actual: number, expected: number): number =>
  actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected)

/** Losses, gradient norms and rates, each relative to what was recorded. */
export const compareSteps = (
  events: ReadonlyArray<TrainingEvent>,
  steps: RecordedRun["steps"],
  tolerances: TrainingTolerance
): ReadonlyArray<Finding> => {
  const made = events.filter((event) => event.event === "step")
  const findings = (
    group: string,
    tolerance: number,
    of: (event: StepEvent) => number,
    recorded: (step: RecordedStep) => number
  ) =>
    steps.map((step, at): Finding => {
      const event = made[at]
      const error = event === undefined ? Number.NaN : relative(of(event), recorded(step))
      return { group, name: `step ${at + 1}`, error, tolerance }
    })
  return [
    ...findings(
      "loss",
      tolerances.loss,
      ({ loss }) => loss,
      ({ loss }) => loss
    ),
    ...findings(
      "gradient norm",
      tolerances.gradientNorm,
      ({ gradientNorm }) => gradientNorm,
      ({ gradientNorm }) => gradientNorm
    ),
    ...findings(
      "rate",
      tolerances.rate,
      ({ rate }) => rate,
      ({ learningRate }) => learningRate
    )
  ]
}

type StepEvent = Extract<TrainingEvent, { readonly event: "step" }>
type RecordedStep = RecordedRun["steps"][number]

type Elements = Readonly<Record<string, ArrayLike<number>>>

/**
 * Final parameters, each as far as its largest deviation. It may be as large as the tolerance of the tensor's largest
 * magnitude, and no larger than the tolerance itself. One that was not recorded was not compared.
 */
export const compareParameters = (actual: Elements, expected: Elements, tolerance: number): ReadonlyArray<Finding> => [
  ...Object.entries(expected).map(([name, values]): Finding => {
    const wanted = Array.from(values)
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const found = actual[name]
    const bound = tolerance * (largest > 0 ? Math.min(1, largest) : 1)
    if (found === undefined || found.length !== wanted.length) {
      return { group: "parameters", name, error: Number.NaN, tolerance: bound, reason: "the model has no such tensor" }
    }
    const error = wanted.reduce((worst, value, at) => Math.max(worst, Math.abs((found[at] as number) - value)), 0)
    return { group: "parameters", name, error, tolerance: bound }
  }),
  ...Object.keys(actual)
    .filter((name) => !Object.hasOwn(expected, name))
    .map((name): Finding => {
      const reason = "no such tensor was recorded"
      return { group: "parameters", name, error: Number.NaN, tolerance, reason }
    })
]
