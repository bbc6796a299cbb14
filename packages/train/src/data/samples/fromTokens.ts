import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import type { Column, Samples } from "./samples.ts"

/** The samples of a text: runs of so many tokens, with the token that follows each of them. */
export interface WindowOptions {
  readonly context: number
}

/** Runs of tokens from given starts; a token that the text does not have is 0, and has weight 0. */
const runs = (
  tokens: Int32Array,
  { context }: WindowOptions,
  count: number,
  startOf: (sample: number) => number
): Samples => {
  const known = (start: number): number => Math.min(context, tokens.length - 1 - start)
  const column = (dtype: "i32" | "f32", put: (start: number, into: Int32Array, at: number) => void): Column => ({
    type: { dtype, shape: [context] },
    write: (samples, into) =>
      Effect.sync(() => {
        for (const [row, sample] of samples.entries()) put(startOf(sample), into as Int32Array, row * context)
      })
  })
  return {
    source: "the text",
    count,
    columns: {
      inputs: column("i32", (start, into, at) => into.set(tokens.subarray(start, start + known(start)), at)),
      targets: column("i32", (start, into, at) => into.set(tokens.subarray(start + 1, start + 1 + known(start)), at)),
      weights: column("f32", (start, into, at) => into.fill(1, at, at + known(start)))
    }
  }
}

const checked = (tokens: Int32Array, { context }: WindowOptions, samples: () => Samples) => {
  if (!(Number.isSafeInteger(context) && context > 0)) {
    const reason = `a context has a whole number of tokens from 1, not ${context}`
    return Effect.fail(new DataError({ source: "the text", reason }))
  }
  if (tokens.length > context) return Effect.sync(samples)
  const reason = `it has ${tokens.length} tokens, a context of ${context} needs at least ${context + 1}`
  return Effect.fail(new DataError({ source: "the text", reason }))
}

/**
 * Every run of `context` tokens of a text, to learn from: `inputs` and `targets`, `i32[context]`, targets one token later,
 * and `weights`, `f32[context]`, all 1.
 *
 * Fails with a `DataError` for a text that has no window.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(Samples.windows(Int32Array.of(5, 6, 7, 8), { context: 2 })).count // => 2
 * ```
 */
export const windows = (tokens: Int32Array, options: WindowOptions): Effect.Effect<Samples, DataError> =>
  checked(tokens, options, () => runs(tokens, options, tokens.length - options.context, (sample) => sample))

/**
 * A text cut into runs of `context` tokens, to be evaluated on: each of its tokens but the first is to be predicted once.
 * Columns as in `windows`; where the last run lacks tokens they have weight 0.
 *
 * Fails with a `DataError` for a text that has no window.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(Samples.segments(Int32Array.of(5, 6, 7, 8), { context: 2 })).count // => 2
 * ```
 */
export const segments = (tokens: Int32Array, options: WindowOptions): Effect.Effect<Samples, DataError> =>
  checked(tokens, options, () => {
    const { context } = options
    return runs(tokens, options, Math.ceil((tokens.length - 1) / context), (sample) => sample * context)
  })
