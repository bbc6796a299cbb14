import type { DType } from "@residual/core"
import type { Id } from "@residual/graph"
import type { Element } from "../../kernel/element.ts"
import type { Loop } from "../../kernel/indexExpression.ts"
import type { Local } from "../wasm/code.ts"
import type { MakeLocal, WasmFunction } from "../wasm/function.ts"
import type { Levels } from "./levels.ts"
import type { ScalarContext } from "./scalarOperation.ts"
import type { VectorContext } from "./vectorOperation.ts"

/** Bytes of an element in memory. */
export const bytesOf = (dtype: DType.DType): number => (dtype === "f64" ? 8 : 4)

/** Where a kernel finds what elements are made of. */
export interface ElementSource {
  readonly local: MakeLocal
  readonly scalar: ScalarContext
  readonly vector: VectorContext
  /** Four words of random bits, given a key's two words and the low word of a position, four lanes each. */
  readonly random: () => WasmFunction
  /** Where a value starts that is read. */
  readonly pointer: (id: Id) => Local
  /** Where the row of the matrix product starts that is at hand. */
  readonly productRow?: Local
  /** The counter of a loop. That of the vector loop counts bytes of 32-bit elements. */
  readonly counter: (loop: Loop) => Local
  readonly vectorLoop: Loop | undefined
  readonly levels: Levels
  /** Elements that are needed more than once. */
  readonly isShared: (element: Element) => boolean
  /** The number of the innermost loop. */
  readonly innermost: number
  /** Whether vectors are multiplied by the reciprocals that are kept of some numbers, instead of divided by these. */
  readonly byReciprocals: boolean
}

/** The name of a number's reciprocal, in all lanes. */
export const reciprocalOf = ({ id }: Element): string => `${id}r`

/** Values that are in locals at some point of a kernel, by what they are. */
export type Values = Map<string, Local>
