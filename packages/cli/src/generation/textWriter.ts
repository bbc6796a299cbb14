import type { BackendError, ProgramCache, Store } from "@residual/backends"
import { gptDecoder } from "@residual/models"
import { decodeTokens, generate, makeGenerator } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConfigurationOf } from "../configuration/configuration.ts"
import type { KnowledgeOf } from "../task/knowledge.ts"
import { gptOptions } from "../task/text/textTask.ts"
import { promptTokens } from "./promptTokens.ts"
import type { Writer } from "./writer.ts"

/** What goes on from a text: where no other is given, from the beginning of the one that was learned. */
export const textWriter = (
  configuration: ConfigurationOf<"text">,
  knowledge: KnowledgeOf<"text">,
  store: Store
): Effect.Effect<Writer, BackendError, ProgramCache> =>
  Effect.map(
    makeGenerator(store, gptDecoder(gptOptions(configuration, knowledge))),
    (generator): Writer =>
      ({ prompt, ...options }) => {
        const beginning = prompt ?? knowledge.beginning
        const tokens = promptTokens(knowledge, beginning)
        const written = Stream.unwrap(Effect.map(tokens, (prompt) => generate(generator, { ...options, prompt })))
        // What cannot be gone on from is refused before any of it is shown.
        return Stream.unwrap(
          Effect.as(
            tokens,
            Stream.concat(
              Stream.make(beginning),
              Stream.map(written, (token) => decodeTokens(knowledge, [token]))
            )
          )
        )
      }
  )
