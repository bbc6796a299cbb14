import * as Schema from "effect/Schema"
import { Backend } from "./section/backend.ts"
import { Checkpoints } from "./section/checkpoints.ts"
import { ImagesData, NamesData, TableData, TextData } from "./section/data.ts"
import { Generate } from "./section/generate.ts"
import { Cnn, Gpt, LeNet, Mlp, NameMlp } from "./section/model.ts"
import { Optimiser } from "./section/optimiser.ts"
import { Rate } from "./section/rate.ts"
import { Report } from "./section/report.ts"
import { Training } from "./section/training.ts"
import { required } from "./setting.ts"

const run = {
  optimiser: required(Optimiser, "How gradients move parameters"),
  rate: required(Rate, "How the learning rate goes over the steps"),
  training: required(Training, "How the run goes"),
  checkpoints: required(Checkpoints, "Where and how often the run is saved"),
  report: required(Report, "What is written about the run"),
  backend: required(Backend, "What computes"),
  seed: required(
    Schema.Int,
    "Decides the first parameters, what is held out, the order of the data and what is generated"
  )
}

const task = <Name extends string>(name: Name) => required(Schema.Literal(name), "What is learned")
const data = "What it is learned from"
const model = "What learns it"
const generate = required(Generate, "What is generated at the end")

/** Guessing each next character of a text. */
const Text = Schema.Struct({
  task: task("text"),
  data: required(TextData, data),
  model: required(Schema.Union([Gpt]), model),
  ...run,
  generate
})

/** Guessing each next character of names, and where they end. */
const Names = Schema.Struct({
  task: task("names"),
  data: required(NamesData, data),
  model: required(Schema.Union([NameMlp]), model),
  ...run,
  generate
})

/** Predicting one column of a table from others. */
const Table = Schema.Struct({
  task: task("table"),
  data: required(TableData, data),
  model: required(Schema.Union([Mlp]), model),
  ...run
})

/** Naming what images show. */
const Images = Schema.Struct({
  task: task("images"),
  data: required(ImagesData, data),
  model: required(Schema.Union([LeNet, Cnn, Mlp]), model),
  ...run
})

/** What is the same whatever the task is; what differs is not looked at. */
export const AnyTask = Schema.Struct({
  task: Schema.Unknown,
  data: Schema.Unknown,
  model: Schema.Unknown,
  ...run,
  generate: Schema.optionalKey(Schema.Unknown)
})

/** The schema of each task. */
export const tasks = { text: Text, names: Names, table: Table, images: Images } as const

/** The name of a task. */
export type TaskName = keyof typeof tasks

/** The names of all tasks. */
export const taskNames = Object.keys(tasks) as ReadonlyArray<TaskName>

/** Everything that `residual train` can be told, with nothing left unsaid: plain JSON. */
export const Configuration = Schema.Union([Text, Names, Table, Images])

export type Configuration = typeof Configuration.Type

/** The configuration of a task. */
export type ConfigurationOf<Name extends TaskName> = (typeof tasks)[Name]["Type"]
