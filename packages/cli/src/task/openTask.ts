import * as Effect from "effect/Effect"
import { FailureError } from "../commandError.ts"
import type { Configuration } from "../configuration/configuration.ts"
import { imagesLearner, imagesTask } from "./images/imagesTask.ts"
import type { Knowledge } from "./knowledge.ts"
import { namesLearner, namesTask } from "./names/namesTask.ts"
import { tableLearner, tableTask } from "./table/tableTask.ts"
import type { Learner } from "./task.ts"
import { textLearner, textTask } from "./text/textTask.ts"

/** Knowledge that is not of the task at hand comes of a file that somebody has changed. */
const foreign = (configuration: Configuration, known: Knowledge) =>
  new FailureError({ message: `what is known of the data is of the task ${known.task}, not of ${configuration.task}` })

/** Reads the data of a run; what is known of them already, from a checkpoint, is not decided anew. */
export const openTask = (configuration: Configuration, known?: Knowledge) => {
  switch (configuration.task) {
    case "text":
      if (known === undefined || known.task === "text") return textTask(configuration, known)
      return Effect.fail(foreign(configuration, known))
    case "names":
      if (known === undefined || known.task === "names") return namesTask(configuration, known)
      return Effect.fail(foreign(configuration, known))
    case "table":
      if (known === undefined || known.task === "table") return tableTask(configuration, known)
      return Effect.fail(foreign(configuration, known))
    case "images":
      return imagesTask(configuration)
  }
}

/** The model of a run without its data, by what is known of them. Fails where that is of another task. */
export const learnerOf = (configuration: Configuration, known: Knowledge): Effect.Effect<Learner, FailureError> => {
  switch (configuration.task) {
    case "text":
      if (known.task === "text") return Effect.succeed(textLearner(configuration, known))
      break
    case "names":
      if (known.task === "names") return Effect.succeed(namesLearner(configuration, known))
      break
    case "table":
      if (known.task === "table") return Effect.succeed(tableLearner(configuration, known))
      break
    case "images":
      if (known.task === "images") return Effect.succeed(imagesLearner(configuration, known))
      break
  }
  return Effect.fail(foreign(configuration, known))
}
