const prefix = "update/"

/** The input of a step that holds one of the optimiser's scalars. */
export const scalarInput = (name: string): string => `${prefix}${name}`

/** The scalar that an input holds, if it holds one. */
export const scalarOf = (input: string): string | undefined =>
  input.startsWith(prefix) ? input.slice(prefix.length) : undefined
