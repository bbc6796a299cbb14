import type { Samples } from "./samples.ts"

/** Other samples of some: how many, and which of the given ones each is. */
export const choose = (samples: Samples, count: number, of: (sample: number) => number): Samples => ({
  ...samples,
  count,
  columns: Object.fromEntries(
    Object.entries(samples.columns).map(([name, { type, write }]) => [
      name,
      { type, write: (chosen, into) => write(chosen.map(of), into) }
    ])
  )
})
