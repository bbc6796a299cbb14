/** What a page posts: what it found, or what its first computation failed with. */
export interface PageResult {
  readonly isIsolated: boolean
  /** How many laws it tries. */
  readonly laws: number
  /** The adapter that it computes with, on WebGPU. */
  readonly adapter?: string | undefined
  readonly found?: {
    readonly losses: ReadonlyArray<number>
    /** What is wrong with the laws that do not hold. */
    readonly defects: ReadonlyArray<string>
    /** On the CPU backend. */
    readonly step?: { readonly milliseconds: number; readonly ticks: number }
    /** The losses of a run in Promises, on the CPU backend. */
    readonly promised?: ReadonlyArray<number>
  }
  readonly error?: { readonly tag: string; readonly message: string }
}
