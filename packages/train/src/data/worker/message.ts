// What a stream and its workers send each other. A worker is sent one value at a time.

/** A value for a worker's function. */
export interface Question {
  readonly number: number
  readonly value: unknown
}

/** What the function made of it, or why it did not. */
export type Answer = { readonly number: number } & ({ readonly value: unknown } | { readonly reason: string })
