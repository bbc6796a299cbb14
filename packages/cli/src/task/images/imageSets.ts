import type { NumericArray } from "@residual/train"

/** An array of bytes. */
export interface BytesArray extends NumericArray {
  readonly elements: Uint8Array
}

/** Images in bytes, `[count, channels, height, width]`, and which class each is of. */
export interface Images {
  readonly pixels: BytesArray
  readonly labels: Uint8Array
}

/** Images to learn from, and others to try what was learned. */
export interface ImageSets {
  /** What they are called in errors. */
  readonly source: string
  readonly learned: Images
  readonly tested: Images
}
