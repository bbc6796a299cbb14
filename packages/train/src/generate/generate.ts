import { type BackendError, type Executable, Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { DataError } from "../data/dataError.ts"
import { inputNames } from "./generator.ts"
import { type SamplingOptions, sampleToken } from "./sampleToken.ts"

/** A language model's two programs, bound to the Store that holds its parameters. */
export interface Generator {
  readonly context: number
  readonly prefill: Executable
  readonly decode: Executable
}

/** What is generated. */
export interface GenerateOptions extends SamplingOptions {
  /** The tokens to go on from: at least one. */
  readonly prompt: Int32Array
  /** How many tokens to generate. */
  readonly count: number
  readonly key: HostRandom.HostKey
}

/** Where a generation is: the tokens so far, those of them that the caches hold, and the logits of the next one. */
interface Place {
  readonly tokens: ReadonlyArray<number>
  readonly held: number
  readonly logits: ArrayLike<number>
}

/**
 * Generated tokens, one at a time: the prompt is read as a whole, and then each token alone, with the keys and values of
 * those before it kept in the Store. Where the context is full, its later half is read anew.
 *
 * The same key gives the same tokens. Fails with a `DataError` for an empty prompt, for a temperature below 0, for a
 * `topK` below 1 and for a `topP` that is not above 0 and at most 1, and with a `BackendError`.
 *
 * ```ts
 * import type { BackendError } from "@residual/backends"
 * import { type DataError, type GenerateOptions, type Generator, generate } from "@residual/train"
 * import type { Stream } from "effect"
 * const run: (
 *   generator: Generator,
 *   options: GenerateOptions
 * ) => Stream.Stream<number, BackendError | DataError> = generate
 * ```
 */
export const generate = (
  generator: Generator,
  options: GenerateOptions
): Stream.Stream<number, BackendError | DataError> => {
  const { prompt, count, key, ...sampling } = options
  const fault = faultOf(options)
  if (fault !== undefined) return Stream.fail(new DataError(fault))
  return Stream.unfold({ reach: prefill(generator, Array.from(prompt)), made: 0 }, ({ reach, made }) =>
    Effect.gen(function* () {
      if (made >= count) return undefined
      yield* Effect.yieldNow
      const place = yield* reach
      const token = sampleToken(place.logits, HostRandom.foldIn(key, made), sampling)
      return [token, { reach: next(generator, place, token), made: made + 1 }] as const
    })
  )
}

/** What nothing can be generated from. */
const faultOf = ({ prompt, temperature = 1, topK = 1, topP = 1 }: GenerateOptions) => {
  if (prompt.length === 0) return { source: "the prompt", reason: "it has no tokens" }
  if (!(temperature >= 0)) return { source: "the temperature", reason: `it is ${temperature}, not 0 or more` }
  if (!(topK >= 1)) return { source: "the topK", reason: `it is ${topK}, not 1 or more` }
  return topP > 0 && topP <= 1 ? undefined : { source: "the topP", reason: `it is ${topP}, not above 0 and at most 1` }
}

/** Reads the last tokens that the context holds, all of them at once. */
const prefill = (
  { context, prefill: executable }: Generator,
  tokens: ReadonlyArray<number>
): Effect.Effect<Place, BackendError> => {
  const window = tokens.slice(-context)
  const padded = [...window, ...new Array<number>(context - window.length).fill(0)]
  const inputs = {
    [inputNames.tokens]: Tensor.make(padded, { dtype: "i32", shape: [1, context] }),
    [inputNames.length]: Tensor.make(window.length, { dtype: "i32" })
  }
  return Effect.map(executable.run(inputs), (outputs) => ({
    tokens: window,
    held: window.length,
    logits: Tensor.toTypedArray(outputs["logits"] as Tensor.Tensor)
  }))
}

/** Reads one more token. */
const next = (generator: Generator, place: Place, token: number): Effect.Effect<Place, BackendError> => {
  const tokens = [...place.tokens, token]
  const { context, decode } = generator
  if (place.held === context) return prefill(generator, tokens.slice(-Math.ceil(context / 2)))
  const inputs = {
    [inputNames.token]: Tensor.make([[token]], { dtype: "i32" }),
    [inputNames.position]: Tensor.make(place.held, { dtype: "i32" })
  }
  return Effect.map(decode.run(inputs), (outputs) => ({
    tokens,
    held: place.held + 1,
    logits: Tensor.toTypedArray(outputs["logits"] as Tensor.Tensor)
  }))
}
