import type { Axis } from "../../kernel/product/axis.ts"
import type { Local } from "../wasm/code.ts"
import type { Lanes } from "./lanes.ts"

/** How an operand is packed. */
export interface Packing {
  /** The axis that is cut into panels, of rows of A or of columns of B. */
  readonly across: Axis
  /** The axis that each panel runs along, or a part of it. */
  readonly along: Axis
  /** Elements across a panel. */
  readonly width: number
  /** Whether a last panel that is narrower is filled with zeros up to whole vectors, or to one, two or four of them. */
  readonly padding: "none" | "vectors" | "powers"
}

/** How many elements a step along a panel takes that has so many elements of the operand. */
export const panelWidth = ({ count }: Lanes, { padding }: Packing, width: number): number => {
  if (padding === "none" || width === 0) return width
  const vectors = Math.ceil(width / count)
  return count * (padding === "vectors" ? vectors : 2 ** Math.ceil(Math.log2(vectors)))
}

/** What the function is given that packs. */
export interface PackOperands {
  readonly source: Local
  readonly target: Local
  /** The number of the next panel's first element across, and where the panels end. */
  readonly from: Local
  readonly to: Local
  /** How often the outermost step along is taken. */
  readonly count: Local
}
