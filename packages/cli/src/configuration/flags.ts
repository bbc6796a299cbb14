import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { backendNames, mostThreads } from "../backend.ts"
import { readDocument } from "./document.ts"
import { isSettings, type Layer, type Settings, type Unread, valueAt } from "./layer.ts"
import { areOnOneWay, pathText, readPath, type SettingPath } from "./problem.ts"
import { Natural, Positive, PositiveNumber } from "./setting.ts"

/** A flag that goes over a setting where it is given. */
export const overriding = <A>(flag: Flag.Flag<A>, description: string): Flag.Flag<A | undefined> =>
  flag.pipe(Flag.withDescription(description), Flag.optional, Flag.map(Option.getOrUndefined))

/** Such a flag for a whole number. */
export const whole = (name: string, description: string, schema: typeof Positive = Positive) =>
  overriding(Flag.withSchema(Flag.Int(name), schema), description)

/** A flag for a whole number, which says what it is by default. */
export const count = (name: string, byDefault: number, description: string, schema: typeof Positive = Positive) =>
  Flag.Int(name).pipe(
    Flag.withSchema(schema),
    Flag.withDefault(byDefault),
    Flag.withDescription(`${description} (${byDefault})`)
  )

/** The file that a run is described in. */
export const configArgument = Argument.String("config").pipe(
  Argument.withDescription("A YAML or JSON file that describes the run (see docs/configuration.md)"),
  Argument.optional,
  Argument.map(Option.getOrUndefined)
)

/** The flag for any setting by its path. */
export const setFlag = Flag.String("set").pipe(
  Flag.withMetavar("setting=value"),
  Flag.withDescription("Any setting by its path, as often as wanted: --set training.clip.norm=1"),
  Flag.atLeast(0)
)

/** Flags of their own for the settings that are changed most. What they are by default depends on the run. */
export const settingFlags = {
  data: overriding(Flag.String("data"), "A file, a folder or an address to learn from: data.path"),
  text: overriding(Flag.String("text"), "A UTF-8 text file to learn: data.path"),
  layers: whole("layers", "Blocks of the GPT: model.layers"),
  heads: whole("heads", "Attention heads of a block; they divide the width: model.heads"),
  width: whole("width", "Features of a token: model.width"),
  context: whole("context", "Characters that the model sees: model.context"),
  batch: whole("batch", "Samples in a step: training.batch"),
  steps: whole("steps", "Training steps: training.steps"),
  epochs: overriding(
    Flag.withSchema(Flag.Finite("epochs"), PositiveNumber),
    "How often the data are seen, instead of steps: training.epochs"
  ),
  rate: overriding(Flag.withSchema(Flag.Finite("rate"), PositiveNumber), "The highest learning rate: rate.peak"),
  seed: overriding(Flag.Int("seed"), "Decides first parameters, order and generated text: seed"),
  checkpoints: overriding(Flag.String("checkpoints"), "A folder to save the run in: checkpoints.folder"),
  sample: whole("sample", "Characters, or names, to generate at the end: generate.count", Natural),
  backend: overriding(
    Flag.Literals("backend", backendNames),
    `What computes: ${backendNames.join(", ")}: backend.name`
  ),
  threads: overriding(
    Flag.withSchema(Flag.Int("threads"), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostThreads }))),
    "Threads of the cpu backend: backend.threads"
  )
}

/** The setting of each flag. */
const paths = {
  data: ["data", "path"],
  text: ["data", "path"],
  layers: ["model", "layers"],
  heads: ["model", "heads"],
  width: ["model", "width"],
  context: ["model", "context"],
  batch: ["training", "batch"],
  steps: ["training", "steps"],
  epochs: ["training", "epochs"],
  rate: ["rate", "peak"],
  seed: ["seed"],
  checkpoints: ["checkpoints", "folder"],
  sample: ["generate", "count"],
  temperature: ["generate", "temperature"],
  topK: ["generate", "topK"],
  topP: ["generate", "topP"],
  prompt: ["generate", "prompt"],
  backend: ["backend", "name"],
  threads: ["backend", "threads"]
} as const satisfies Readonly<Record<string, SettingPath>>

/** A setting that has a flag of its own, by the flag's name here. */
type Flagged = keyof typeof paths

/** How the flags of settings are called that are not called as they are here. */
const flagNames: Partial<Record<Flagged, string>> = { topK: "top-k", topP: "top-p" }

/** What these flags were given. */
export type GivenSettings = Readonly<Partial<Record<Flagged, string | number | undefined>>>

/** What flags set, over what a file says: each `--set` over those before it, and flags of their own over these. */
export const flagLayer = (given: GivenSettings, sets: ReadonlyArray<string>): Layer => {
  const named = Object.entries(paths).flatMap(([name, path]): ReadonlyArray<Said> => {
    const value = given[name as Flagged]
    return value === undefined ? [] : [{ flag: `--${flagNames[name as Flagged] ?? name}`, path, value }]
  })
  const read = sets.map(readSet)
  const twice = named.filter((one, at) => named.findIndex(({ path }) => path.join() === one.path.join()) < at)
  const said = [...read.flatMap((each) => (Result.isSuccess(each) ? [each.success] : [])), ...named]
  return {
    value: said.reduce<Settings>((under, { path, value }) => put(under, path, value), {}),
    whereOf: (path) => said.findLast((each) => areOnOneWay(each.path, path))?.flag,
    unread: [
      ...twice.map(({ flag, path }) => ({
        path,
        line: `${flag}: ${pathText(path)}: another flag says what it is, too; one decides`
      })),
      ...read.flatMap((each) => (Result.isFailure(each) ? [each.failure] : []))
    ]
  }
}

/** A flag, the setting that it is of, and what that is to be. */
interface Said {
  readonly flag: string
  readonly path: SettingPath
  readonly value: unknown
}

const readSet = (text: string): Result.Result<Said, Unread> => {
  // In quotes a name may have dots, spaces and the sign itself.
  const [, name, written] = /^((?:"[^"]*"|[^"=])+)=(.*)$/s.exec(text) ?? []
  const path = readPath(name ?? text)
  if (name === undefined || written === undefined || path === undefined) {
    return Result.fail({ path, line: `--set ${text}: expected a setting and its value, as in training.batch=16` })
  }
  const read = readDocument(written)
  return Result.isSuccess(read)
    ? Result.succeed({ flag: `--set ${name}`, path, value: read.success.value })
    : Result.fail({ path, line: `--set ${name}: ${read.failure.map(({ reason }) => reason).join("; ")}` })
}

const put = (settings: unknown, [key, ...rest]: SettingPath, value: unknown): Settings => {
  const under = isSettings(settings) ? settings : {}
  if (key === undefined) return under
  return { ...under, [key]: rest.length === 0 ? value : put(valueAt(under, [key]), rest, value) }
}
