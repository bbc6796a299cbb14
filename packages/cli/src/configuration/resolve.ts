import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AnyTask, type Configuration, type TaskName, taskNames, tasks } from "./configuration.ts"
import { type Contradiction, contradictions } from "./contradictions.ts"
import { isSettings, type Layer, type Settings, valueAt, withOver, without } from "./layer.ts"
import { insteadOf } from "./nearestName.ts"
import { areOnOneWay, type Problem, pathText, type SettingPath } from "./problem.ts"
import { schemaProblems } from "./schemaProblems.ts"
import { starts } from "./start.ts"

const strict = { errors: "all", onExcessProperty: "error" } as const

/**
 * The configuration that layers of settings make, each over those before it and all over what their task starts from; or
 * everything that is wrong with it, a line for each: where, which setting, and why.
 */
export const resolve = (layers: ReadonlyArray<Layer>): Result.Result<Configuration, ReadonlyArray<string>> => {
  const given = layers.reduce<Settings>((under, { value }) => withOver(under, value), {})
  const unread = layers.flatMap((layer) => layer.unread)
  // What was given in words that cannot be read may be what makes it right.
  const isKnown = (path: SettingPath) => !unread.some((each) => each.path !== undefined && areOnOneWay(each.path, path))
  const problems = (found: ReadonlyArray<Problem & Partial<Contradiction>>) =>
    Result.fail([
      ...unread.map(({ line }) => line),
      ...found
        .filter(({ path, others = [] }) => [path, ...others].every(isKnown))
        .map(({ path, reason }) => `${placeOf(layers, path)}: ${reason}`)
    ])

  const task = isKnown(["task"]) ? (given["task"] ?? "text") : undefined
  if (!isTask(task)) {
    const reason = `there is no ${JSON.stringify(task)}; ${insteadOf(String(task), taskNames)}`
    return problems([{ path: ["task"], reason }, ...problemsOfAnyTask(given)])
  }
  const value = withOver(starts[task], given)
  const decoded = decode(task, value)
  const found = Result.isSuccess(decoded) ? contradictions(decoded.success) : decoded.failure
  if (Result.isSuccess(decoded) && found.length + unread.length === 0) return Result.succeed(decoded.success)
  // Settings that contradict each other are told together with those that are wrong by themselves.
  const others = Result.isSuccess(decoded) ? [] : contradictionsBeside(task, given, decoded.failure)
  return problems([...found, ...others])
}

const isTask = (name: unknown): name is TaskName => taskNames.some((task) => task === name)

/** What is wrong with settings by themselves, whatever the task is. */
const problemsOfAnyTask = (given: Settings): ReadonlyArray<Problem> => {
  const value = withOver(starts.text, given)
  const decoded = Schema.decodeUnknownResult(AnyTask, strict)(value)
  return Result.isFailure(decoded) ? schemaProblems(decoded.failure.issue, value) : []
}

const decode = (task: TaskName, value: unknown): Result.Result<Configuration, ReadonlyArray<Problem>> => {
  const schema: Schema.Decoder<Configuration> = tasks[task]
  return Result.mapError(Schema.decodeUnknownResult(schema, strict)(value), ({ issue }) => schemaProblems(issue, value))
}

/** The contradictions among the settings that are not wrong by themselves. */
const contradictionsBeside = (
  task: TaskName,
  given: Settings,
  wrong: ReadonlyArray<Problem>
): ReadonlyArray<Contradiction> => {
  // What is of no kind that there is cannot be read at all. From the last on, so that places in lists stay what they are.
  const parts = wrong.map(({ path }) => (path.at(-1) === "kind" ? path.slice(0, -1) : path))
  const rest = parts.toReversed().reduce<unknown>(without, given)
  const decoded = decode(task, withOver(starts[task], isSettings(rest) ? rest : {}))
  if (Result.isFailure(decoded)) return []
  const isWrong = (path: SettingPath) => parts.some((part) => areOnOneWay(part, path))
  return contradictions(decoded.success).filter(({ path, others }) => ![path, ...others].some(isWrong))
}

/** Where a setting was given, by the layer that had the last word on it, and what it is called. */
const placeOf = (layers: ReadonlyArray<Layer>, path: SettingPath): string => {
  const where = path
    .map((_, at) => path.slice(0, path.length - at))
    .map((part) => layers.findLast(({ value }) => valueAt(value, part) !== undefined))
    .find((layer) => layer !== undefined)
    ?.whereOf(path)
  const place = where ?? layers.map(({ whereOf }) => whereOf([])).find((name) => name !== undefined)
  return place === undefined ? pathText(path) : `${place}: ${pathText(path)}`
}
