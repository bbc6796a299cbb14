import type { ProductSpec } from "./productSpec.ts"
import type { Step } from "./step.ts"
import type { TileShape } from "./tile.ts"

/** How a product is computed tile by tile. */
export interface TilePlan {
  /** Whether vectors hold columns of C, or sums along k that are added up in the end. */
  readonly vectors: "columns" | "k"
  readonly shape: TileShape
  /** The steps along k that A is walked in, and B where it is not packed beforehand. */
  readonly steps: ReadonlyArray<Step>
  /** Whether A is read as it lies, or packed for each block of rows and of k. */
  readonly a: "direct" | "packed"
  /** Whether B is read as it lies, packed beforehand, or packed a panel at a time (by each call, for all of its rows). */
  readonly b: "direct" | "packed" | "panel"
  /** Steps of k that are summed at a time. */
  readonly depth: number
  /** Rows that share a block of A. */
  readonly rowBlock: number
  /** Whether C is computed row by row of tiles, which is better for it where all of B is near; else column by column. */
  readonly isRowByRow: boolean
  /** Whether tiles are made for engines that join pairs of vectors: see `ProductSpec`. */
  readonly isWide: boolean
  /** Whether tiles are computed where they are needed, not by functions. */
  readonly inlined: boolean
}

/** A product as it is computed, which is that of the operands swapped and transposed where this is better. */
export interface TiledProduct extends Pick<ProductSpec, "m" | "k" | "n" | "a" | "b"> {
  readonly isSwapped: boolean
  /** From an element of C to that below it and to that beside it. */
  readonly rowStride: number
  readonly columnStride: number
}
