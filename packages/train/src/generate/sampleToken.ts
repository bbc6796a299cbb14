import { HostRandom } from "@residual/core"

/** How a token is drawn from logits. */
export interface SamplingOptions {
  /** What the logits are divided by: 1 by default. At 0 the largest logit is taken. */
  readonly temperature?: number
  /** How many of the largest logits may be drawn: all by default. */
  readonly topK?: number
  /**
   * Only the most probable tokens may be drawn that together have at least this probability, after `temperature` and
   * `topK`: 1, all of them, by default. A. Holtzman et al., "The curious case of neural text degeneration" (2020).
   */
  readonly topP?: number
}

/**
 * Draws a token: its place among the logits, with the probability that their softmax gives it. Of equal logits the first
 * is taken where only some may be; a logit that is NaN is never drawn.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { sampleToken } from "@residual/train"
 * sampleToken([1, 3, 2], HostRandom.keyFromSeed(0), { temperature: 0 }) // => 1
 * ```
 */
export const sampleToken = (
  logits: ArrayLike<number>,
  key: HostRandom.HostKey,
  { temperature = 1, topK = logits.length, topP = 1 }: SamplingOptions = {}
): number => {
  const candidates = Array.from(logits, (logit, token) => ({ token, logit }))
    .filter(({ logit }) => !Number.isNaN(logit))
    .sort((a, b) => (a.logit === b.logit ? a.token - b.token : b.logit - a.logit))
    .slice(0, temperature === 0 ? 1 : topK)
  const [first] = candidates
  if (first === undefined) return 0
  const shares = nucleus(
    candidates.map(({ logit }) => (logit === first.logit ? 1 : Math.exp((logit - first.logit) / temperature))),
    topP
  )
  const [draw = 0] = HostRandom.uniform(key, 1)
  let left = draw * sum(shares)
  const drawn = shares.findIndex((share) => {
    left -= share
    return left < 0
  })
  return (candidates[drawn] ?? first).token
}

const sum = (shares: ReadonlyArray<number>): number => shares.reduce((total, share) => total + share, 0)

/** The first of falling shares that together are at least the part `topP` of all of them: one share at the least. */
const nucleus = (shares: ReadonlyArray<number>, topP: number): ReadonlyArray<number> => {
  if (topP >= 1) return shares
  const wanted = topP * sum(shares)
  let reached = 0
  const last = shares.findIndex((share) => {
    reached += share
    return reached >= wanted
  })
  return shares.slice(0, Math.max(1, last + 1))
}
