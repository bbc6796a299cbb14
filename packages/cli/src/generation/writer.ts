import type { BackendError } from "@residual/backends"
import type { HostRandom } from "@residual/core"
import type { DataError, SamplingOptions } from "@residual/train"
import type * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/configuration.ts"

/** What is to be written. */
export interface WritingOptions extends SamplingOptions {
  /** Characters, or names. */
  readonly count: number
  /** What to go on from; by default what the task begins with. */
  readonly prompt: string | null
  readonly key: HostRandom.HostKey
}

/** Writes as a model that has learned to, a piece at a time, the prompt first. */
export type Writer = (options: WritingOptions) => Stream.Stream<string, BackendError | DataError>

/** What a configuration's section says, and the key that its seed gives. */
export const writingOptions = (
  { count, temperature, topK, topP, prompt }: Extract<Configuration, { readonly generate: unknown }>["generate"],
  key: HostRandom.HostKey
): WritingOptions => ({
  count,
  prompt: prompt === "" ? null : prompt,
  key,
  temperature,
  ...(topK === null ? {} : { topK }),
  ...(topP === null ? {} : { topP })
})
