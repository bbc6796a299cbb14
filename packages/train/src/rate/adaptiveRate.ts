/**
 * A rate that depends on the losses of the run: a fold over them, in the order in which they are measured. Its state is
 * plain JSON, so that it goes into checkpoints.
 *
 * ```ts
 * import type { AdaptiveRate } from "@residual/train"
 * const halvedByEachRise: AdaptiveRate<{ readonly last: number; readonly rate: number }> = {
 *   initial: { last: 1e9, rate: 0.1 },
 *   observe: ({ last, rate }, loss) => ({ last: loss, rate: loss > last ? rate / 2 : rate }),
 *   rate: ({ rate }) => rate
 * }
 * const state = [3, 2, 4].reduce(halvedByEachRise.observe, halvedByEachRise.initial)
 * halvedByEachRise.rate(state, 0) // => 0.05
 * ```
 */
export interface AdaptiveRate<State> {
  readonly initial: State
  readonly observe: (state: State, loss: number) => State
  readonly rate: (state: State, step: number) => number
}
