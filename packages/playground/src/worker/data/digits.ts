/** Rows and columns of an image. */
export const side = 28

/** Pixels of an image. */
export const pixelCount = side * side

/** Images of handwritten digits, one after the other in bytes, and which digit each is. */
export interface Digits {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
}

/** Digits to learn from, and others to try what was learned. */
export interface DigitSets {
  readonly learned: Digits
  readonly heldOut: Digits
}
