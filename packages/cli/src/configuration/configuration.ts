import * as Schema from "effect/Schema"
import { Backend } from "./section/backend.ts"
import { TextData } from "./section/data.ts"
import { Generate } from "./section/generate.ts"
import { Gpt } from "./section/model.ts"
import { Optimiser } from "./section/optimiser.ts"
import { Rate } from "./section/rate.ts"
import { Training } from "./section/training.ts"
import { required } from "./setting.ts"

const run = {
  optimiser: required(Optimiser, "How gradients move parameters"),
  rate: required(Rate, "How the learning rate goes over the steps"),
  training: required(Training, "How the run goes"),
  backend: required(Backend, "What computes"),
  seed: required(Schema.Int, "Decides the first parameters, the order of the data and what is generated")
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

/** The schema of each task. */
export const tasks = { text: Text } as const

/** The name of a task. */
export type TaskName = keyof typeof tasks

/** The names of all tasks. */
export const taskNames = Object.keys(tasks) as ReadonlyArray<TaskName>

/** Everything that `residual train` can be told, with nothing left unsaid: plain JSON. */
export const Configuration = Schema.Union([Text])

export type Configuration = typeof Configuration.Type

/** The configuration of a task. */
export type ConfigurationOf<Name extends TaskName> = (typeof tasks)[Name]["Type"]
