import type { Configuration } from "./configuration.ts"
import type { Problem, SettingPath } from "./problem.ts"

/** Settings that are right by themselves, and cannot be together: the one to change first, and the others. */
export interface Contradiction extends Problem {
  readonly others: ReadonlyArray<SettingPath>
}

/** Settings of a configuration that contradict each other. */
export const contradictions = (configuration: Configuration): ReadonlyArray<Contradiction> =>
  rules.flatMap((rule) => rule(configuration) ?? [])

type Rule = (configuration: Configuration) => Contradiction | undefined

const contradiction = (path: string, others: ReadonlyArray<string>, reason: string): Contradiction => ({
  path: path.split("."),
  others: others.map((other) => other.split(".")),
  reason
})

const headsDivideWidth: Rule = ({ model }) =>
  model.kind === "gpt" && model.width % model.heads !== 0
    ? contradiction("model.heads", ["model.width"], `${model.heads} heads do not divide a width of ${model.width}`)
    : undefined

const oneLength: Rule = ({ training: { steps, epochs } }) => {
  if ((steps === null) !== (epochs === null)) return undefined
  const reason = steps === null ? "neither steps nor epochs are given" : "both steps and epochs are given; one decides"
  return contradiction("training.steps", ["training.epochs"], reason)
}

// Images have tests beside what is held out.
const isMeasured = ({ task, data }: Configuration): boolean => task === "images" || data.held > 0

const needsMeasure =
  (setting: "evaluateEvery" | "earlyStopping"): Rule =>
  (configuration) =>
    configuration.training[setting] !== null && !isMeasured(configuration)
      ? contradiction(`training.${setting}`, ["data.held"], "no data are held out to evaluate; data.held is 0")
      : undefined

const warmupEnds: Rule = ({ rate, training }) => {
  if (rate.kind === "oneCycle") return undefined
  const last = "steps" in rate ? rate.steps : null
  const steps = last ?? training.steps
  return steps !== null && rate.warmup > steps
    ? contradiction(
        "rate.warmup",
        [last === null ? "training.steps" : "rate.steps"],
        `a warm-up of ${rate.warmup} steps does not end within ${steps}`
      )
    : undefined
}

const fallsAscend: Rule = ({ rate }) =>
  rate.kind === "multiStep" && rate.at.some((step, at) => step < (rate.at[at - 1] ?? 0))
    ? contradiction("rate.at", [], `${rate.at.join(", ")} are not in ascending order`)
    : undefined

const nesterovNeedsMomentum: Rule = ({ optimiser }) =>
  (optimiser.kind === "sgd" || optimiser.kind === "muon") && optimiser.nesterov && optimiser.momentum === 0
    ? contradiction(
        "optimiser.nesterov",
        ["optimiser.momentum"],
        "there is no momentum to look ahead along; optimiser.momentum is 0"
      )
    : undefined

const threadsOfCpu: Rule = ({ backend: { name, threads } }) =>
  name !== "cpu" && threads !== null && threads !== 1
    ? contradiction("backend.threads", ["backend.name"], `${threads}: the ${name} backend runs on one thread`)
    : undefined

const rules: ReadonlyArray<Rule> = [
  headsDivideWidth,
  oneLength,
  needsMeasure("evaluateEvery"),
  needsMeasure("earlyStopping"),
  warmupEnds,
  fallsAscend,
  nesterovNeedsMomentum,
  threadsOfCpu
]
