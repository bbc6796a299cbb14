/** π/2 as a float of 32 bits. */
export const halfPiHigh = Math.fround(Math.PI / 2)

/** What that float leaves of π/2. */
export const halfPiLow = Math.PI / 2 - halfPiHigh
