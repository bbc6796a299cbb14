/** eʳ for |r| ≤ ln 2 / 2, from the constant on: within 2^-28.2, relative. */
export const exponentialSeries = [
  1, 1, 0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.008369192481040955, 0.001383890165016055
] as const

/** (eʳ - 1 - r) / r² for |r| ≤ ln 2 / 2: eʳ - 1 is within 2^-31, relative. */
export const expm1Series = [
  0.5, 0.1666666567325592, 0.04166646674275398, 0.008333643898367882, 0.0013935071183368564, 0.00019663420971482992
] as const
