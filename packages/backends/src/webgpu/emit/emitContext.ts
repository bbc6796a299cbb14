/** What kernels are written for. */
export interface EmitContext {
  /** What workgroups of the device may have: bytes that they share, and invocations. */
  readonly limits: { readonly sharedBytes: number; readonly threads: number }
  /** Whether invocations of a subgroup may hand each other numbers. */
  readonly subgroups: boolean
  /** How many neighbouring invocations are in one subgroup at least, where they may. */
  readonly subgroupSize?: number
  /** Whether values may be read in vectors of four. */
  readonly vectors: boolean
  /** How many invocations workgroups must have, where that is given: for kernels that are to be parts of one. */
  readonly threads?: number
}
