/** Elements as files and programs hold them. */
export type NumericElements =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

/**
 * Numbers with a shape, in row-major order and in the type that they were stored in: what files of arrays hold. A tensor
 * has one of the element types that programs compute with; this may have a smaller one.
 *
 * ```ts
 * import type { NumericArray } from "@residual/train"
 * const image: NumericArray = { shape: [2, 2], elements: Uint8Array.of(0, 255, 255, 0) }
 * image.elements.length // => 4
 * ```
 */
export interface NumericArray {
  readonly shape: ReadonlyArray<number>
  readonly elements: NumericElements
}
