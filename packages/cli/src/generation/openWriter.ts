import type { BackendError, ProgramCache, Store } from "@residual/backends"
import * as Effect from "effect/Effect"
import type { Configuration } from "../configuration/configuration.ts"
import type { Knowledge } from "../task/knowledge.ts"
import { namesWriter } from "./namesWriter.ts"
import { textWriter } from "./textWriter.ts"
import type { Writer } from "./writer.ts"

/** What writes with the parameters of a Store; `undefined` where what was learned is not to write. */
export const openWriter = (
  configuration: Configuration,
  known: Knowledge,
  store: Store
): Effect.Effect<Writer | undefined, BackendError, ProgramCache> => {
  if (configuration.task === "text" && known.task === "text") return textWriter(configuration, known, store)
  if (configuration.task === "names" && known.task === "names") return namesWriter(configuration, known, store)
  return Effect.undefined
}
