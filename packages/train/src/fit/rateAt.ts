import type * as Schema from "effect/Schema"
import type { AdaptiveRate } from "../rate/adaptiveRate.ts"
import type { Rate } from "../rate/rate.ts"
import type { RunState } from "./runState.ts"

// The state of an adaptive rate is its own, and only it reads what it has written.
// biome-ignore lint/suspicious/noExplicitAny: the erasure of an adaptive rate's state
export type AnyRate = Rate | AdaptiveRate<any>

/** The rate of the next step of a run. */
export const rateAt = (rate: AnyRate, state: RunState): number =>
  typeof rate === "function" ? rate(state.step) : rate.rate(state.rate ?? rate.initial, state.step)

/** What a rate makes of a loss on held-out data, as part of a run's state. */
export const observed = (rate: AnyRate, state: RunState, loss: number): { readonly rate?: Schema.Json } =>
  typeof rate === "function" ? {} : { rate: rate.observe(state.rate ?? rate.initial, loss) as Schema.Json }
