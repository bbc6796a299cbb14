/**
 * 1 − βᵗ for a mean that starts at 0 and keeps the share β of itself, with `t` one more than the number of updates made
 * before: the weight of what it has seen. As −expm1(t·log β) it loses no digits while βᵗ is near 1.
 */
export const biasCorrection = (beta: number, step: number): number => -Math.expm1((step + 1) * Math.log(beta))
