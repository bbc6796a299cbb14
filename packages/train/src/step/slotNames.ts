// No path of a model holds a slash, so that these are the names of no parameter and of no state.

/** The slot that holds one value of an optimiser's state. */
export const optimiserSlot = (name: string, path: string): string => `optimiser/${name}/${path}`

/** The slots that hold what the batches of one step have given so far. */
export const pending = {
  gradient: (path: string): string => `pending/gradient/${path}`,
  state: (path: string): string => `pending/state/${path}`,
  loss: "pending/loss",
  weight: "pending/weight"
} as const

/** Whether a slot holds what a step is being made of, which no run goes on from. */
export const isPending = (slot: string): boolean => slot.startsWith("pending/")
