import { type AnyExpr, op } from "@residual/core"
import { type GptOptions, gpt } from "@residual/models"
import type { Objective } from "@residual/train"
import * as Effect from "effect/Effect"
import { FailureError, UsageError } from "../commandError.ts"
import type { Settings } from "./settings.ts"

/** The GPT that settings describe, for a text of so many different characters. Fails where heads do not divide the width. */
export const gptOptions = (
  { layers, heads, width, context }: Pick<Settings, "layers" | "heads" | "width" | "context">,
  vocabulary: number
): Effect.Effect<GptOptions, UsageError> =>
  width % heads === 0
    ? Effect.succeed({ vocabulary, context, layers, heads, width })
    : Effect.fail(new UsageError({ message: `--heads ${heads} does not divide --width ${width}` }))

/** Guessing each next character of a text. */
export const nextCharacter = (options: GptOptions, batch: number): Objective<AnyExpr, AnyExpr> => {
  const type = { dtype: "i32" as const, shape: [batch, options.context] }
  return {
    model: gpt(options),
    batch: { inputs: type, targets: type },
    loss: (model, { inputs, targets }) => op.crossEntropy(model(inputs as AnyExpr), targets as AnyExpr)
  }
}

/** Fails for a text that has no window of `context` characters and one more. */
export const checkLength = (name: string, characters: number, context: number): Effect.Effect<void, FailureError> =>
  characters > context
    ? Effect.void
    : Effect.fail(
        new FailureError({
          message: `${name}: the text has ${characters} characters, a context of ${context} needs at least ${context + 1}`
        })
      )
