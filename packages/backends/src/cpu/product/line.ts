import type { Local } from "../wasm/code.ts"

/** Elements of C that a vector holds, the first of its lanes. */
export interface Line {
  readonly vector: Local
  readonly size: number
  /** How far behind the start of the row the first element lies, in bytes. */
  readonly offset: number
}
