/** The step at which a model is shown next: each time when half as many steps were made again, and not too soon. */
export const nextDemonstration = (step: number): number => Math.max(step + 24, Math.ceil(step * 1.5))
