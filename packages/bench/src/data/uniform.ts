/** A linear congruential generator: the same few lines in every language in which a system is written. */
const generator = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Numbers from a seed, uniform in [-scale, scale). They are float64; every system rounds them to float32, and so starts
 * from the same weights and data.
 */
export const uniform = (count: number, seed: number, scale = 1): Float64Array => {
  const next = generator(seed)
  return new Float64Array(count).map(() => (next() * 2 - 1) * scale)
}

/** Integers from a seed, uniform in [0, below). */
export const integers = (count: number, seed: number, below: number): Int32Array => {
  const next = generator(seed)
  return new Int32Array(count).map(() => Math.floor(next() * below))
}
