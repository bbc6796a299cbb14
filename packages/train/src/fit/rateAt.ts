import type * as Schema from "effect/Schema"
import type { AdaptiveRate } from "../rate/adaptiveRate.ts"
import type { Rate } from "../rate/rate.ts"
import type { RunState } from "./runState.ts"

/**
 * A rate of a run: of steps alone, or one that looks at losses too, whatever state it keeps.
 *
 * ```ts
 * import { type AnyRate, constantRate, reduceOnPlateau } from "@residual/train"
 * const rates: ReadonlyArray<AnyRate> = [constantRate(1e-3), reduceOnPlateau(constantRate(1e-3), { patience: 2 })]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: the erasure of an adaptive rate's state, which only it reads
export type AnyRate = Rate | AdaptiveRate<any>

/** The rate of the next step of a run. */
export const rateAt = (rate: AnyRate, state: RunState): number =>
  typeof rate === "function" ? rate(state.step) : rate.rate(state.rate ?? rate.initial, state.step)

/** What a rate makes of a loss on held-out data, as part of a run's state. */
export const observed = (rate: AnyRate, state: RunState, loss: number): { readonly rate?: Schema.Json } =>
  typeof rate === "function" ? {} : { rate: rate.observe(state.rate ?? rate.initial, loss) as Schema.Json }
