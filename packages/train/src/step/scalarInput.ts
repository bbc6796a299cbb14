const prefix = "update/"

/** The input of a step that holds one of its scalars: those of the optimiser, and `stepScalars`. */
export const scalarInput = (name: string): string => `${prefix}${name}`

/** The scalar that an input holds, if it holds one. */
export const scalarOf = (input: string): string | undefined =>
  input.startsWith(prefix) ? input.slice(prefix.length) : undefined

/** The scalars that are not the optimiser's. */
export const stepScalars = {
  /** What the loss is multiplied by on its way back. */
  lossScale: "loss/scale",
  /** Of one of several batches of a step: 0 for the first, which begins its sums, and 1 for the others. */
  goesOn: "batch/goesOn",
  /** How much one of several batches of a step counts. */
  weight: "batch/weight"
} as const
