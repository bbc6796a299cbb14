import { type BackendError, compile, type Executable, type ProgramCache, type Store, Tensor } from "@residual/backends"
import { HostRandom, input, Model, op } from "@residual/core"
import { sampleToken } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConfigurationOf } from "../configuration/configuration.ts"
import type { KnowledgeOf } from "../task/knowledge.ts"
import { boundary, namesLearner } from "../task/names/namesTask.ts"
import { promptTokens } from "./promptTokens.ts"
import type { Writer, WritingOptions } from "./writer.ts"

/** A name that goes on and on ends here. */
const longestName = 100

// No path of a model holds a slash.
const tokensName = "generate/tokens"

/** What writes names, one a line, each of which begins with the prompt. */
export const namesWriter = (
  configuration: ConfigurationOf<"names">,
  knowledge: KnowledgeOf<"names">,
  store: Store
): Effect.Effect<Writer, BackendError, ProgramCache> => {
  const { context } = configuration.model
  const { model } = namesLearner(configuration, knowledge)
  const tokens = input(tokensName, [1, context], { dtype: "i32" })
  const { output } = Model.apply(model, { ...Model.slots(model), mode: "evaluate" }, tokens)
  const opened = Effect.flatMap(compile({ outputs: { logits: op.reshape(output, [-1]) } }), (program) =>
    program.bind(store)
  )
  return Effect.map(
    opened,
    (executable): Writer =>
      (options) => {
        const beginning = options.prompt ?? ""
        const known = promptTokens(knowledge, beginning)
        return Stream.unwrap(
          Effect.map(known, (prompt) =>
            Stream.unfold(0, (made) =>
              Effect.gen(function* () {
                if (made >= options.count) return undefined
                yield* Effect.yieldNow
                const key = HostRandom.foldIn(options.key, made)
                const name = yield* writeName(executable, context, [...prompt], { ...options, key })
                const text = name.map((token) => knowledge.characters[token]).join("")
                return [made === 0 ? text : `\n${text}`, made + 1] as const
              })
            )
          )
        )
      }
  )
}

/** The tokens of one name, with those that it begins with. */
const writeName = (
  executable: Executable,
  context: number,
  prompt: ReadonlyArray<number>,
  { key, ...sampling }: WritingOptions
): Effect.Effect<ReadonlyArray<number>, BackendError> =>
  Effect.gen(function* () {
    const name = [...prompt]
    while (name.length < longestName) {
      const seen = [...new Array<number>(context).fill(boundary.token), ...name].slice(-context)
      const outputs = yield* executable.run({ [tokensName]: Tensor.make([seen], { dtype: "i32" }) })
      const logits = Tensor.toTypedArray(outputs["logits"] as Tensor.Tensor)
      const token = sampleToken(logits, HostRandom.foldIn(key, name.length), sampling)
      if (token === boundary.token) break
      name.push(token)
    }
    return name
  })
