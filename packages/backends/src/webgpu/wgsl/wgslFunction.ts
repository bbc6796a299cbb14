/** A function of the library that kernels are composed of. */
export interface WgslFunction {
  readonly name: string
  /** The functions that it calls. */
  readonly uses: ReadonlyArray<string>
  /** One declaration, `fn NAME(…) -> … { … }`. */
  readonly source: string
}
