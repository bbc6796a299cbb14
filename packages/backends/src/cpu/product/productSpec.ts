import type { Axis } from "../../kernel/product/axis.ts"
import type { WasmFunction } from "../wasm/function.ts"

/** The element types that are multiplied. */
export type ProductType = "f32" | "f64" | "i32" | "u32"

/** Tiles that some engines are quick with, and others slow. */
export interface Tiles {
  /**
   * Whether the engine keeps twelve vectors of sums, two of B and one of A in registers, as V8 does since version 13;
   * what it then gains is 6 %, where it does not half of the speed is lost.
   */
  readonly tall: boolean
  /**
   * Whether the engine joins vectors that are neighbours to vectors of 256 bits, as V8 does with the flag
   * `--experimental-wasm-revectorize`. Products are then nearly twice as fast; without it these kernels are slow.
   */
  readonly wide: boolean
}

/** A product C[m, n] = Σ A[m, k] · B[k, n], its sizes, and where the operands' elements lie. */
export interface ProductSpec extends Partial<Tiles> {
  readonly dtype: ProductType
  readonly m: number
  readonly k: number
  readonly n: number
  readonly a: { readonly m: Axis; readonly k: Axis }
  readonly b: { readonly k: Axis; readonly n: Axis }
  /** From a row of C to the next, in elements; its columns lie side by side. */
  readonly rowStride: number
  /** Whether a product and the sum that it is added to may be rounded once. */
  readonly fused: boolean
}

/** The code of a product. */
export interface ProductKernel {
  /** Bytes that the packed columns of B take, all of them; 0 where B is read as it lies. A multiple of 64. */
  readonly packedBytes: number
  /** Bytes that each thread needs for itself. A multiple of 64. */
  readonly scratchBytes: number
  /** Bytes from the packed columns that start at one column to those that start at the next, so that threads can pack parts of one B. */
  readonly packedColumnBytes: number
  /** Rows of C that are best computed in one call. */
  readonly rowBlock: number
  /** Ranges of columns start at multiples of this, and end at such or at the last. */
  readonly columnUnit: number
  /** Ranges of rows likewise. */
  readonly rowUnit: number
  /** (b, packed, columnFrom, columnTo): packs columns of B. */
  readonly pack?: WasmFunction
  /**
   * (a, b, packed, c, scratch, rowFrom, rowTo, columnFrom, columnTo): computes these rows and columns of C, overwriting
   * them. `a` and `b` are where the operands' first elements lie, `packed` where the first of these columns does, `c`
   * where the first of these rows and columns goes. An element of C is computed by the same operations in the same
   * order whatever the ranges are.
   */
  readonly multiply: WasmFunction
}
