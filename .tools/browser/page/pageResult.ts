/** What a page posts: what it found, or what its first computation failed with. */
export interface PageResult {
  readonly isIsolated: boolean
  /** How many laws it tries. */
  readonly laws: number
  readonly found?: {
    readonly losses: ReadonlyArray<number>
    /** What is wrong with the laws that do not hold. */
    readonly defects: ReadonlyArray<string>
    readonly step: { readonly milliseconds: number; readonly ticks: number }
  }
  readonly error?: { readonly tag: string; readonly message: string }
}
