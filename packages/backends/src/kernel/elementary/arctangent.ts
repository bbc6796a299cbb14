/** (atan(t) - t) / t³ in t² for 0 ≤ t ≤ 1: atan(t) is within 2^-28.5, relative. */
export const arctangentSeries = [
  -0.33333298563957214, 0.1999852955341339, -0.1426401436328888, 0.10950861126184464, -0.08399208635091782,
  0.05787891149520874, -0.031093616038560867, 0.010866343043744564, -0.0017821674700826406
] as const

/** π/2 as a float of 32 bits. */
export const halfPiHigh = Math.fround(Math.PI / 2)

/** What that leaves of π/2. */
export const halfPiLow = Math.PI / 2 - halfPiHigh
