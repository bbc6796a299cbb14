import type { DataError } from "@residual/train"
import type * as Effect from "effect/Effect"
import type { ModelName } from "../../protocol/names.ts"
import type { Tell } from "../tell.ts"
import { characterGpt } from "./characterGpt.ts"
import { digitClassifier } from "./digitClassifier.ts"
import { commandGpt, smallGpt } from "./gptSizes.ts"
import type { Task } from "./task.ts"

/** What is trained under each name. */
export const tasks: Readonly<Record<ModelName, (tell: Tell) => Effect.Effect<Task, DataError>>> = {
  smallGpt: (tell) => characterGpt(smallGpt, tell),
  gpt: (tell) => characterGpt(commandGpt, tell),
  digits: digitClassifier
}
