/** A case that a system has on the GPU, ready for its first step. */
export interface Subject {
  /** What a system compiles before a first step; others do so within it. */
  readonly compile?: () => Promise<void>
  /** One step: what is computed is submitted, and the loss read back, where there is one. */
  readonly step: () => Promise<number | undefined>
  /** How far results are from those of the reference, relative to the greatest of them. */
  readonly deviation?: () => Promise<number | undefined>
  /** The tokens that the last step chose. */
  readonly tokens?: () => ReadonlyArray<number> | undefined
}

/** A system's code, loaded. */
export interface SubjectModule {
  /** Starts the system's backend, and makes a case of a name. */
  readonly makeSubject: (name: string) => Promise<Subject>
}
