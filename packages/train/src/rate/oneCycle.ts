import { between, checkSettings, counting, notNegative, positive } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `oneCycle`. */
export interface OneCycleOptions {
  /** The highest rate. */
  readonly peak: number
  /** How many steps the cycle has; after it, everything stays as at its last step. */
  readonly steps: number
  /** The rate of the first step: a 25th of the peak by default. */
  readonly initial?: number
  /** The rate of the last step: a 10 000th of the initial one by default. */
  readonly floor?: number
  /** The share of the steps in which the rate rises: 0.3 by default. */
  readonly rise?: number
  /** Along what the rate moves: half a cosine by default. */
  readonly along?: "cosine" | "line"
  /**
   * Two phases, the rise to the peak and the fall to the floor, by default. With three, the rate falls to the initial one
   * in as many steps as it rose in, and from there to the floor.
   */
  readonly phases?: 2 | 3
  /** The momentum at the first step and at the last: 0.95 by default. */
  readonly highMomentum?: number
  /** The momentum at the peak of the rate: 0.85 by default. */
  readonly lowMomentum?: number
}

/**
 * A rate and the momentum that goes with it, an optimiser's `momentum` or `beta1`. A run asks for the rate by how many steps
 * it has made, skipped ones among them, and for the momentum, as for all settings of an optimiser, by how many updates. As
 * long as no step is skipped, these are the same; afterwards the momentum comes as many steps later as were skipped: it is
 * lowest so long after the peak of the rate, and has so much of its way back left when the cycle is over.
 */
export interface OneCycle {
  /** Of the steps made before. */
  readonly rate: Rate
  /** Of the updates made before. */
  readonly momentum: (updates: number) => number
}

/** What the rate and the momentum move to, and the step at which they are there. */
interface Phase {
  readonly end: number
  readonly rate: number
  readonly momentum: number
}

/**
 * One cycle of the rate up and down, while momentum goes down and up: L. N. Smith and N. Topin, "Super-convergence: very
 * fast training of neural networks using large learning rates" (2018). The rate has its peak at step `rise·steps − 1`.
 * The rate follows a run's steps and the momentum its updates, which are fewer where steps were skipped (see `OneCycle`).
 *
 * Throws a `SettingError` for a negative rate, a number of steps that is not a whole one, a momentum beyond [0, 1], and a
 * rise beyond [0, 1], or beyond [0, 1/2] with three phases.
 *
 * ```ts
 * import { oneCycle } from "@residual/train"
 * const { rate, momentum } = oneCycle({ peak: 1, initial: 0.25, floor: 0, steps: 9, rise: 5 / 9, along: "line" })
 * const rates = [0, 2, 4, 6, 8].map(rate)
 * rates // => [0.25, 0.625, 1, 0.5, 0]
 * momentum(4) // => 0.85
 * ```
 */
export const oneCycle = (options: OneCycleOptions): OneCycle => {
  const { peak, steps, rise = 0.3, along = "cosine", phases = 2, highMomentum = 0.95, lowMomentum = 0.85 } = options
  const { initial = peak / 25 } = options
  const { floor = initial / 1e4 } = options
  checkSettings("oneCycle", {
    peak: [positive, peak],
    steps: [counting, steps],
    initial: [notNegative, initial],
    floor: [notNegative, floor],
    rise: [between(0, phases === 3 ? 0.5 : 1), rise],
    highMomentum: [between(0, 1), highMomentum],
    lowMomentum: [between(0, 1), lowMomentum]
  })
  const start = { end: 0, rate: initial, momentum: highMomentum }
  const top = { end: rise * steps - 1, rate: peak, momentum: lowMomentum }
  const last = { end: steps - 1, rate: floor, momentum: highMomentum }
  const back = { end: 2 * top.end, rate: initial, momentum: highMomentum }
  const path: ReadonlyArray<Phase> = phases === 3 ? [start, top, back, last] : [start, top, last]
  const move = along === "cosine" ? alongCosine : alongLine
  const follow = (read: (phase: Phase) => number) => (step: number) => {
    const reached = path.findIndex(({ end }, at) => at > 0 && step <= end)
    const next = reached === -1 ? path.length - 1 : reached
    const [from, to] = path.slice(next - 1, next + 1) as [Phase, Phase]
    return move(read(from), read(to), step >= to.end ? 1 : (step - from.end) / (to.end - from.end))
  }
  return { rate: follow(({ rate }) => rate), momentum: follow(({ momentum }) => momentum) }
}

const alongCosine = (from: number, to: number, share: number): number =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share))

const alongLine = (from: number, to: number, share: number): number => from + (to - from) * share
