/** From there on erf is 1. */
export const erfSaturates = 3.93

/** Where one form of erf ends and the other begins: √erfc is a float there up to 2^-36. */
export const erfMiddle = 0.9801428318023682

/** erf(t) / t - 1 in t² for t up to the middle: erf(t) is within 2^-29.9, relative. */
export const erfSeries = [
  0.12837916612625122, -0.3761262893676758, 0.11283624917268753, -0.026855677366256714, 0.005192279350012541,
  -0.0008048674208112061, 0.00007993927283678204
] as const

/** √erfc at the middle. */
export const rootOfErfc = 0.4070710241794586

/** Twice the root of √erfc at the middle. */
export const slopeOfErfc = 1.2760423421859741

/**
 * y / t with √erfc = root + y · (y + slope), in t = |x| - middle up to where erf saturates: erfc is within 2^-26.6,
 * absolute.
 */
export const erfcSeries = [
  -0.4155971109867096, 0.0012908442877233028, 0.05107651278376579, -0.0031595625914633274, -0.00566784106194973,
  0.001335232867859304, 0.00002271080666105263, -0.000024651928470120765
] as const
