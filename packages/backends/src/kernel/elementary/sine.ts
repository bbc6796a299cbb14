/** (r - sin(r)) / r³ in r² for |r| ≤ π/4: sin(r) is within 2^-27.9, relative. */
export const sineSeries = [0.16666655242443085, -0.008332189172506332, 0.0001951828453456983] as const

/** (cos(r) - 1 + r²/2) / r⁴ likewise: cos(r) is within 2^-33, relative. */
export const cosineSeries = [0.04166664555668831, -0.0013887309469282627, 0.000024432327336398885] as const
